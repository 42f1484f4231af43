// YAML by CodeMirror's own parser, made to keep what a change leaves as it was. By itself it parses a long list anew at each key:
// whether a piece of the tree fits again is told by the blocks around it, and the parser takes those wrongly wherever a block goes on
// to the end of the text, or to where the parser stopped. A graph's file is one such list.
import { yamlLanguage } from "@codemirror/lang-yaml";
import { LanguageSupport } from "@codemirror/language";
import { TreeFragment } from "@lezer/common";
import { ContextTracker } from "@lezer/lr";

/** The parser's own account of the blocks around a place: each knows its `parent`. */
const own = yamlLanguage.parser.context;

const blocks = new Set(yamlLanguage.parser.nodeSet.types.filter(({ name }) => name === "BlockSequence" || name === "BlockMapping").map(({ id }) => id));

/** The same account, but a block that ends has ended, whatever ended it. */
const contextTracker = new ContextTracker({
  start: own.start,
  shift: (context, term, stack, input) => {
    const { pos, next } = input;
    // Nothing but the end of a block can stand at the end of the text.
    if (next < 0) return context.parent ?? context;
    const after = own.shift(context, term, stack, input);
    if (after.parent === context) after.from = pos;
    return after;
  },
  reduce: (context, term, stack, input) => {
    // Where what becomes one node began.
    const { pos } = input;
    let after = own.reduce(context, term, stack, input);
    // Where the parser stopped, or found something wrong, nothing was there to end what is open.
    if (blocks.has(term)) while (after.from >= pos) after = after.parent;
    return after;
  },
  hash: own.hash,
});

/** Smaller pieces than usual: the one that a key changes is parsed again, and so are those at its ends. */
const bufferLength = 512;

const parser = yamlLanguage.parser.configure({ contextTracker, bufferLength });

/** A piece that ends before the text may be cut anywhere at its end; a change before it makes Lezer forget that. */
function mended(fragment, length) {
  if (fragment.openEnd || fragment.to >= length) return fragment;
  return new TreeFragment(fragment.from, fragment.to, fragment.tree, fragment.offset, fragment.openStart, true);
}

function wrap(parse, input, fragments, ranges) {
  const pieces = fragments.map((fragment) => mended(fragment, input.length));
  return pieces.every((piece, index) => piece === fragments[index]) ? parse : parser.createParse(input, pieces, ranges);
}

export const yaml = new LanguageSupport(yamlLanguage.configure({ contextTracker, bufferLength, wrap }));
