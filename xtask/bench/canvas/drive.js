// Measures both canvases in one browser, interleaved, and writes a line of JSON for each figure: `{round, size, who, what, value,
// calibration}`. Started by `cargo xtask bench canvas`, which says everything in one argument of JSON.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { Chromium } from "./chromium.js";
import { graphFile, layoutFile, scene } from "./scene.js";

const { chromium: program, patchbay, flow, scratch, sizes, ownSizes, rounds, ms } = JSON.parse(process.argv[2]);
/** The slowest peer takes a minute to show 10,000 nodes on a busy machine. */
const PATIENCE = 180_000;
const here = new URL(".", import.meta.url);

/** Keeps the page's WebAssembly memory in sight, and brings the hand. */
const script = `(() => {
  const keep = (made) => { (window.wasmMemories ??= []).push((made.instance ?? made).exports.memory); return made; };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = (...given) => own.apply(WebAssembly, given).then(keep);
  }
})();
${readFileSync(new URL("hand.js", here), "utf8")}`;

rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
const servers = [];
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
    const found = /(http:\/\/[^/\s]+\/)\s*$/.exec(line);
    if (found) {
      // It goes on being read, or the server would wait for its reader some day.
      server.stderr.resume();
      return found[1];
    }
  }
  throw new Error(`patchbay ended before it said where it is:\n${said}`);
}

async function measure({ round, size, who, side, url }) {
  const calibration = calibrate();
  const tell = (what, value) => console.log(JSON.stringify({ round, size, who, what, value, calibration }));
  const page = await browser.open(url, script);
  const fault = (what, error) => tell("fault", `${what} of ${size} nodes by ${who}: ${error.message}`);
  try {
    tell("first", await within(page.run(`window.bench.first(${JSON.stringify(side)})`)));
    for (const name of await page.run("window.bench.names")) {
      await gesture(page, name, tell).catch((error) => fault(name, error));
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
  const times = await within(page.run(`window.bench.watch(${ms})`));
  const after = browser.spent();
  if (!(await within(page.run("window.bench.finish()")))) throw new Error("nothing moved");
  times.sort((one, other) => one - other);
  const quantile = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  tell(`${name} median`, quantile(0.5));
  tell(`${name} p95`, quantile(0.95));
  if (after !== undefined) tell(`${name} cpu`, (after - before) / times.length);
}

/** Gives up on a page that hangs. */
function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A fixed piece of work; how long it takes says how busy the machine is with others. */
function calibrate() {
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
