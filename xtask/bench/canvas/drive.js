// Measures both canvases in one browser, interleaved, and writes a line of JSON for each figure: `{round, size, who, what, value,
// calibration}`. Started by `cargo xtask bench canvas`, which says everything in one argument of JSON.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Chromium } from "./chromium.js";
import { serve as servePages } from "./pages.js";
import { graphFile, layoutFile, scene } from "./scene.js";

const { chromium: program, patchbay, flow, dist, scratch, sizes, ownSizes, rounds, ms } = JSON.parse(process.argv[2]);
/** The slowest peer takes a minute to show 10,000 nodes on a busy machine. */
const PATIENCE = 180_000;
/** At this size we also look at what has no counterpart at the peer. */
const OWN_SIZE = 1_000;
/** What the page loads only when it is wanted, or never: the text editor, what tries expressions, and licences. */
const LAZY = ["editor.js", "judge.js", "judge_bg.wasm", "stamp", "editor-licenses.txt", "inter-LICENSE.txt", "jetbrains-mono-LICENSE.txt"];
const here = new URL(".", import.meta.url);

/** Keeps the page's WebAssembly memory and its events in sight, and brings the hand. */
const script = (size) => `(() => {
  const keep = (made) => { (window.wasmMemories ??= []).push((made.instance ?? made).exports.memory); return made; };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = (...given) => own.apply(WebAssembly, given).then(keep);
  }
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      (window.sockets ??= []).push(this);
    }
  };
})();
(() => {
${readFileSync(new URL("scene.js", here), "utf8").replaceAll(/^export /gm, "")}
const benchScene = scene(${size});
${readFileSync(new URL("hand.js", here), "utf8")}
})();`;

/** What only ours does, the one that leaves the graph behind at the end. */
const owns = {
  layout: async (page, tell) => tell("layout", await within(page.run("window.bench.layout()"))),
  step: async (page, tell) => tellTimes("step", await within(page.run("window.bench.step()")), tell),
  type: async (page, tell) => tellTimes("type", await within(page.run("window.bench.type()")), tell),
  open: async (page, tell) => {
    const from = join(scratch, String(OWN_SIZE));
    for (const end of [".yaml", ".canvas.yaml"]) copyFileSync(join(from, `bench${end}`), join(from, `opened${end}`));
    tell("open", await within(page.run(`window.bench.open(${JSON.stringify(join(from, "opened.yaml"))})`)));
  },
};

rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
const servers = [];
const pages = [];
const browser = new Chromium(program, join(scratch, "profile"));
try {
  const urls = new Map();
  for (const size of [...sizes, ...ownSizes]) urls.set(size, await serve(size));
  for (let round = 0; round < rounds; round += 1) {
    for (const size of [...sizes, ...ownSizes]) {
      const ours = { who: "patchbay", side: "patchbay", url: urls.get(size) };
      const theirs = (who, culled) => ({ who, side: "flow", url: `${pathToFileURL(flow)}?size=${size}&culled=${culled}` });
      const all = ownSizes.includes(size) ? [ours] : [ours, theirs("culled", 1), theirs("plain", 0)];
      for (const one of round % 2 === 1 ? all.reverse() : all) await measure({ round, size, ...one });
    }
  }
} finally {
  await browser.end();
  pages.forEach((page) => page.close());
  await Promise.all(servers.map((server) => server.kill("SIGINT") && new Promise((resolve) => server.once("exit", resolve))));
}

/** Serves a graph of this size with the window; gives the address. */
async function serve(size) {
  const made = scene(size);
  const folder = join(scratch, String(size));
  mkdirSync(folder);
  writeFileSync(join(folder, "bench.yaml"), graphFile(made));
  writeFileSync(join(folder, "bench.canvas.yaml"), layoutFile(made));
  const words = ["--data", join(folder, "data"), "serve", "--ui", "--no-token", "--http", "127.0.0.1:0", join(folder, "bench.yaml")];
  const server = spawn(patchbay, words, { stdio: ["ignore", "ignore", "pipe"] });
  servers.push(server);
  let said = "";
  for await (const line of createInterface({ input: server.stderr })) {
    said += `${line}\n`;
    const found = /http:\/\/127\.0\.0\.1:(\d+)\/\s*$/.exec(line);
    if (found) {
      // It goes on being read, or the server would wait for its reader some day.
      server.stderr.resume();
      pages.push(await servePages(dist, Number(found[1])));
      return pages.at(-1).url;
    }
  }
  throw new Error(`patchbay ended before it said where it is:\n${said}`);
}

async function measure({ round, size, who, side, url }) {
  const calibration = calibrate();
  const tell = (what, value) => console.log(JSON.stringify({ round, size, who, what, value, calibration }));
  const page = await browser.open(url, script(size));
  const fault = (what, error) => tell("fault", `${what} of ${size} nodes by ${who}: ${error.message}`);
  try {
    tell("first", await within(page.run(`window.bench.first(${JSON.stringify(side)})`)));
    for (const name of await page.run("window.bench.names")) {
      await gesture(page, name, tell).catch((error) => fault(name, error));
    }
    if (who === "patchbay" && size === OWN_SIZE) {
      tell("bundle", bundle() / 1e6);
      for (const [name, own] of Object.entries(owns)) await own(page, tell).catch((error) => fault(name, error));
    }
    await page.ask("HeapProfiler.collectGarbage");
    const { usedSize } = await page.ask("Runtime.getHeapUsage");
    const wasm = await page.run("(window.wasmMemories ?? []).reduce((sum, memory) => sum + (memory?.buffer.byteLength ?? 0), 0)");
    tell("heap", (usedSize + wasm) / 1e6);
    tell("elements", await page.run("window.bench.elements()"));
  } catch (error) {
    fault("the page", error);
  } finally {
    await page.close();
  }
}

async function gesture(page, name, tell) {
  await within(page.run(`window.bench.prepare(${JSON.stringify(name)})`));
  const before = browser.spent();
  const { times, isAll } = await within(page.run(`window.bench.watch(${ms})`));
  const after = browser.spent();
  if (!(await within(page.run("window.bench.finish()")))) throw new Error("nothing moved");
  tellTimes(name, times, tell);
  if (after !== undefined && isAll) tell(`${name} cpu`, (after - before) / times.length);
}

function tellTimes(name, times, tell) {
  times.sort((one, other) => one - other);
  const quantile = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  tell(`${name} median`, quantile(0.5));
  tell(`${name} p95`, quantile(0.95));
}

/** What the page loads before it can be used, in bytes, each file packed. */
function bundle() {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) => !LAZY.includes(basename(path)));
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0);
}

/** Gives up on a page that hangs. */
function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** How long a fixed piece of work takes: says how busy the machine is with others. The middle of five, since a moment says little. */
function calibrate() {
  return Array.from({ length: 5 }, work).sort((one, other) => one - other)[2];
}

function work() {
  const begun = performance.now();
  let state = 0x9e3779b9;
  for (let count = 0; count < 10_000_000; count += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  // The result is used, or there would be no work.
  return performance.now() - begun + (state === 0 ? 1 : 0);
}
