// What a change leaves as it was is parsed no second time, and comes out as if all had been parsed anew. `cargo xtask test` runs it in
// the folder that the editor is built in; `node yaml.test.js SEED` repeats one that failed.
import { TreeFragment } from "@lezer/common";
import { yaml } from "./yaml.js";

const TEXTS = 250;
const CHANGES = 8;
const { parser } = yaml.language;
const seed = Number(process.argv[2] ?? Date.now() % 1_000_000) || 1;
let state = seed;

/** A number below `most`, by chance. */
function below(most) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % most;
}

const pick = (list) => list[below(list.length)];

/** A block of YAML that begins in this column. */
function block(column, depth = 0) {
  const pad = " ".repeat(column);
  const isList = below(2) === 0;
  const flat = [() => ` plain ${below(1000)}\n`, () => ' "quoted" # and said\n', () => " {a: 1, b: [x, 'y', {z: 2}]}\n", () => ` |\n${pad}    letter\n\n${pad}    by letter\n`, () => " &x [a, b]\n"];
  let text = "";
  for (let count = 1 + below(4); count > 0; count -= 1) {
    text += pad + (isList ? "-" : `key${below(99)}:`);
    text += depth > 2 || below(2) ? pick(flat)() : `\n${block(column + 2, depth + 1)}`;
  }
  return text;
}

function parse(text, fragments = []) {
  const input = { length: text.length, lineChunks: false, chunk: (from) => text.slice(from, from + 2048), read: (from, to) => text.slice(from, to) };
  const parse = parser.startParse(input, fragments);
  for (;;) {
    const tree = parse.advance();
    if (tree) return tree;
  }
}

function told(tree) {
  const nodes = [];
  tree.iterate({ enter: ({ name, from, to }) => void nodes.push(`${name} ${from} ${to}`) });
  return nodes;
}

/** Text with a piece of it replaced, and the fragments of the tree that outlive that. */
function change(text, fragments, from, to, insert) {
  const range = { fromA: from, toA: to, fromB: from, toB: from + insert.length };
  return [text.slice(0, from) + insert + text.slice(to), TreeFragment.applyChanges(fragments, [range])];
}

const tests = {
  "what changed is parsed as if all had been": () => {
    const words = ["a", "key", "- ", "  ", "\n", "\n  ", ": ", "# said", '"', "[", "]", ", ", "|\n", "&a ", "1"];
    let whole = 0;
    for (let text = 0; text < TEXTS; text += 1) {
      let written = Array.from({ length: 1 + below(8) }, () => block(0)).join("");
      let fragments = TreeFragment.addTree(parse(written));
      for (let count = 0; count < CHANGES; count += 1) {
        const from = below(written.length + 1);
        const to = Math.min(written.length, from + (below(3) ? 0 : below(6)));
        [written, fragments] = change(written, fragments, from, to, below(5) ? pick(words) : "");
        const [again, anew] = [parse(written, fragments), parse(written)];
        fragments = TreeFragment.addTree(again, fragments);
        // In a text with faults the colours near them may differ until they are mended.
        if (told(anew).some((node) => node.startsWith("⚠"))) continue;
        whole += 1;
        if (told(again).join() !== told(anew).join()) throw new Error(`another tree than anew, of:\n${written}`);
      }
    }
    if (whole < TEXTS / 5) throw new Error(`only ${whole} texts had no fault`);
  },
  "a key in a long list leaves the rest of its tree": () => {
    const text = `tools:\n  - name: t\n    nodes:\n${Array.from({ length: 1000 }, (_, index) => `      - id: n${index}\n        next: n${index + 1}\n`).join("")}`;
    const before = parse(text);
    // Those that hold others are put together anew.
    const pieces = (tree) => (tree.children?.length ? tree.children.flatMap(pieces) : [tree]);
    const known = new Set(pieces(before));
    for (const place of ["name: t", "id: n200", "next: n1000"]) {
      const at = text.indexOf(place) + place.length;
      const [changed, fragments] = change(text, TreeFragment.addTree(before), at, at, "x");
      const after = pieces(parse(changed, fragments));
      const kept = after.filter((piece) => known.has(piece)).length;
      if (kept < after.length * 0.75) throw new Error(`of ${after.length} pieces of the tree ${kept} were kept after a key at ${place}`);
    }
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    test();
    console.log(`test yaml.js: ${name} ... ok`);
  } catch (error) {
    failed += 1;
    console.log(`test yaml.js: ${name} ... FAILED\nseed ${seed}: ${error.message}`);
  }
}
console.log(`test result: ${failed ? "FAILED" : "ok"}. ${Object.keys(tests).length - failed} passed; ${failed} failed; 0 ignored`);
process.exitCode = failed ? 1 : 0;
