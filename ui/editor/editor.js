// The text editor of the window: CodeMirror with our languages, our look and our manners. It knows nothing of graphs and of the
// app; what it shows and whom it tells comes by `create`. Places are lines and columns from 1, columns in characters, as
// everywhere in Patchbay; offsets are in UTF-16 units, as in every browser.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorSelection, EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { languages } from "./languages.js";
import { colours, look } from "./look.js";

/** Marks a change that came from outside, which nobody outside needs to be told of. */
const fromOutside = Annotation.define();

/**
 * Makes an editor in `parent`.
 *
 * Options: `text`; `language` (`yaml`, `json`, `markdown`, `jsonata`, or anything else for none); `label` (for screen readers);
 * `describedBy` (the id of a description); `placeholder`; `isReadOnly`; `isField` (a field of a form: no line numbers, as high
 * as its text, and Tab leaves it); `history` (false where whoever made it keeps what can be undone).
 */
export function create(parent, options) {
  const told = { change: null, cursor: null, completions: null };
  const readOnly = new Compartment();
  const attributes = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text ?? "",
      extensions: [
        options.isField ? field : page,
        options.history === false ? [] : [history(), keymap.of(historyKeymap)],
        languages[options.language] ?? [],
        readOnly.of(EditorState.readOnly.of(Boolean(options.isReadOnly))),
        attributes.of(spoken(options)),
        options.placeholder ? placeholder(options.placeholder) : [],
        autocompletion({ override: [(context) => complete(told, context)], icons: false }),
        EditorView.updateListener.of((update) => tell(told, update)),
        common,
      ],
    }),
  });
  return {
    view,
    /** The text; lines end in a line feed, whatever they ended in when the text came. */
    getText: () => view.state.doc.toString(),
    /** Replaces the text by another; only what lies between their equal ends is touched, so cursor, folds and scroll stay. */
    setText: (text) => change(view, difference(view.state.doc.toString(), text)),
    /** Makes changes: `[{from, to, insert}]`, offsets of the text as it is. Nobody is told. */
    change: (changes) => change(view, changes),
    /** Shows these instead of those before: `[{line, column, endLine?, endColumn?, severity, message}]`, or `from` and `to`. */
    setDiagnostics: (list) => view.dispatch(setDiagnostics(view.state, list.map((one) => diagnostic(view.state.doc, one)))),
    /** `(text, offset, isAsked) => {from, options: [{label, detail?, info?, type?, apply?}]}`, or nothing, or a promise of it. */
    setCompletions: (callback) => (told.completions = callback),
    /** Called with nothing after each change by a person: whoever wants the text asks for it. */
    onChange: (callback) => (told.change = callback),
    /** Called with the line of the cursor when the cursor moves. */
    onCursor: (callback) => (told.cursor = callback),
    setReadOnly: (isReadOnly) => view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(isReadOnly)) }),
    setLabel: (label) => view.dispatch({ effects: attributes.reconfigure(spoken({ ...options, label })) }),
    focus: () => view.focus(),
    hasFocus: () => view.hasFocus,
    /** The offset of the cursor. */
    cursor: () => view.state.selection.main.head,
    /** Brings a place into view, with the cursor there; selects up to the end where one is given. The keyboard stays where it is. */
    reveal: (line, column, endLine, endColumn) => reveal(view, line, column, endLine, endColumn),
    destroy: () => view.destroy(),
  };
}

/** What every editor has. Mod-Enter is the window's: it runs the graph. */
const common = [
  highlightSpecialChars(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of("  "),
  EditorState.tabSize.of(2),
  bracketMatching(),
  closeBrackets(),
  EditorState.allowMultipleSelections.of(true),
  syntaxHighlighting(colours),
  look,
  Prec.low(keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter")])),
];

/** A text that fills its place. Tab indents; Escape and then Tab leaves, which CodeMirror does by itself. */
const page = [
  lineNumbers(),
  foldGutter(),
  codeFolding(),
  lintGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  search({ top: true }),
  keymap.of([indentWithTab, ...searchKeymap, ...foldKeymap]),
];

/** A field of a form. */
const field = [EditorView.lineWrapping, EditorView.editorAttributes.of({ class: "cm-field" })];

function spoken({ label, describedBy }) {
  const attributes = { "aria-label": label ?? "Text", spellcheck: "false", autocapitalize: "off" };
  return EditorView.contentAttributes.of(describedBy ? { ...attributes, "aria-describedby": describedBy } : attributes);
}

function tell(told, update) {
  const isTold = update.transactions.some((transaction) => transaction.docChanged && !transaction.annotation(fromOutside));
  if (isTold) told.change?.();
  if (update.selectionSet || update.docChanged) told.cursor?.(update.state.doc.lineAt(update.state.selection.main.head).number);
}

async function complete(told, context) {
  if (!told.completions) return null;
  const found = await told.completions(context.state.doc.toString(), context.pos, context.explicit);
  return found?.options?.length ? { from: found.from, options: found.options.map(option), filter: found.filter } : null;
}

/** An option may stand in the middle of what completes further, such as a path. */
function option({ label, detail, info, type, apply, goesOn }) {
  const insert = (view, completion, from, to) => {
    const text = apply ?? label;
    view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: "input.complete" });
    if (goesOn) startCompletion(view);
  };
  return { label, detail, info, type, apply: insert };
}

function change(view, changes) {
  if (changes.length === 0) return;
  // Where the person reads stays where it is, whatever comes in above it.
  const scroll = view.scrollSnapshot();
  const set = view.state.changes(changes);
  view.dispatch({ changes: set, annotations: fromOutside.of(true), effects: scroll.map(set) });
}

/** The one change between equal ends. */
function difference(before, after) {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}

function diagnostic(doc, { from, to, line, column, endLine, endColumn, severity, message }) {
  if (from === undefined) {
    from = offset(doc, line, column ?? 1);
    to = endLine === undefined ? undefined : offset(doc, endLine, endColumn);
  }
  from = Math.min(from, doc.length);
  if (to === undefined || to <= from) {
    // To the end of what stands there, since a place alone would hardly be seen.
    const rest = doc.lineAt(from);
    to = from + rest.text.slice(from - rest.from).trimEnd().length;
  }
  return { from, to: Math.min(to, doc.length), severity, message };
}

/** The offset of a place; of one that is not there, the nearest. */
function offset(doc, line, column) {
  const { from, text } = doc.line(Math.max(1, Math.min(line, doc.lines)));
  let units = 0;
  let left = column - 1;
  for (const character of text) {
    if (left-- <= 0) break;
    units += character.length;
  }
  return from + units;
}

function reveal(view, line, column, endLine, endColumn) {
  const doc = view.state.doc;
  const from = offset(doc, line, column ?? 1);
  const to = endLine === undefined ? from : offset(doc, endLine, endColumn);
  const selection = EditorSelection.range(to, from);
  view.dispatch({ selection, effects: EditorView.scrollIntoView(selection, { y: "nearest", yMargin: 48 }) });
}
