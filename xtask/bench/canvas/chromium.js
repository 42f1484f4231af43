// Chromium over its own protocol, by a pipe: no port, no package. Only what a bench needs.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export class Chromium {
  #next = 1;
  #waiting = new Map();
  #rest = "";

  constructor(program, profile) {
    const words = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
      "--disable-frame-rate-limit", "--disable-gpu-vsync", "--enable-precise-memory-info", "--window-size=1600,900",
      "--allow-file-access-from-files", `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank",
    ];
    this.process = spawn(program, words, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.process.stdio[4].setEncoding("utf8").on("data", (text) => this.#hear(text));
    this.process.on("exit", () => this.#waiting.forEach(({ reject }) => reject(new Error("Chromium ended"))));
  }

  /** Asks, of the browser or in a page's session. */
  ask(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
  }

  #hear(text) {
    const messages = (this.#rest + text).split("\0");
    this.#rest = messages.pop();
    for (const message of messages.map((message) => JSON.parse(message))) {
      const asked = this.#waiting.get(message.id);
      if (!asked) continue;
      this.#waiting.delete(message.id);
      if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
      else asked.resolve(message.result);
    }
  }

  /** Opens a page of 1600 by 900 with `script` in it before anything of its own. */
  async open(url, script) {
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.ask("Target.attachToTarget", { targetId, flatten: true });
    const ask = (method, params) => this.ask(method, params, sessionId);
    await ask("Page.enable");
    await ask("Emulation.setDeviceMetricsOverride", { width: 1600, height: 900, deviceScaleFactor: 1, mobile: false });
    await ask("Page.addScriptToEvaluateOnNewDocument", { source: script });
    await this.ask("Target.activateTarget", { targetId });
    await ask("Page.navigate", { url });
    return {
      ask,
      close: () => this.ask("Target.closeTarget", { targetId }),
      /** The value of an expression, once its promise is kept. */
      run: async (expression) => {
        const { result, exceptionDetails: wrong } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
        if (wrong) throw new Error(wrong.exception?.description?.split("\n")[0] ?? wrong.text);
        return result.value;
      },
    };
  }

  /** Processor time of the browser and all its processes so far, in milliseconds; nothing where the system does not say. */
  spent() {
    try {
      const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((id) => stat(Number(id)) ?? []);
      const ours = new Set([this.process.pid]);
      for (let before = 0; before !== ours.size; ) {
        before = ours.size;
        all.filter(({ parent }) => ours.has(parent)).forEach(({ id }) => ours.add(id));
      }
      return all.filter(({ id }) => ours.has(id)).reduce((sum, { ticks }) => sum + ticks * 10, 0);
    } catch {
      return undefined;
    }
  }

  async end() {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    await this.ask("Browser.close").catch(() => this.process.kill("SIGKILL"));
    await gone;
  }
}

/** A process may end between the two looks. */
function stat(id) {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "utf8");
    const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { id, parent: Number(words[1]), ticks: Number(words[11]) + Number(words[12]) };
  } catch {
    return undefined;
  }
}
