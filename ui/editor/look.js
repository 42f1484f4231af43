// How the editor looks: only by the variables of `ui/style/10-theme.css`, so that it is dark or light with the page.
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--json-key)" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: "var(--json-text)" },
  { tag: [tags.number], color: "var(--json-number)" },
  { tag: [tags.keyword, tags.atom, tags.bool, tags.null, tags.typeName, tags.labelName], color: "var(--json-word)" },
  { tag: [tags.special(tags.variableName), tags.function(tags.variableName)], color: "var(--json-word)" },
  { tag: [tags.comment, tags.meta, tags.separator, tags.punctuation, tags.operator, tags.bracket], color: "var(--muted)" },
  { tag: tags.invalid, color: "var(--failed)" },
  { tag: tags.heading, fontWeight: "650" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--accent)" },
  { tag: tags.monospace, fontFamily: "var(--font-mono)" },
]);

const box = { border: "1px solid var(--line)", borderRadius: "8px", background: "var(--surface)", color: "var(--text)", boxShadow: "var(--shadow)" };

export const look = EditorView.theme({
  "&": { height: "100%", background: "var(--surface)", color: "var(--text)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  "&.cm-field": { height: "auto", minHeight: "34px", maxHeight: "240px", border: "1px solid var(--line-strong)", borderRadius: "8px", background: "var(--raised)" },
  "&.cm-field.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  "&.cm-field .cm-content": { padding: "7px 4px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55", scrollbarWidth: "thin" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--muted)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--text) 4%, transparent)" },
  ".cm-selectionMatch": { background: "color-mix(in srgb, var(--accent) 12%, transparent)" },
  ".cm-searchMatch": { background: "color-mix(in srgb, var(--warning) 24%, transparent)" },
  ".cm-searchMatch-selected": { background: "color-mix(in srgb, var(--warning) 50%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { background: "color-mix(in srgb, var(--accent) 22%, transparent)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "var(--failed-veil)" },
  ".cm-gutters": { background: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 2px 0 10px", minWidth: "32px" },
  ".cm-foldGutter .cm-gutterElement": { padding: "0 4px", cursor: "pointer" },
  ".cm-foldPlaceholder": { padding: "0 6px", border: "1px solid var(--line)", background: "var(--sunken)", color: "var(--muted)" },
  ".cm-panels": { background: "var(--sunken)", color: "var(--text)", fontFamily: "var(--font-ui)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 28px 8px 10px" },
  ".cm-panel.cm-search input.cm-textfield": { width: "auto", minHeight: "28px", padding: "2px 8px", border: "1px solid var(--line-strong)", borderRadius: "6px", background: "var(--raised)", fontSize: "12px" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", fontSize: "12px" },
  ".cm-button": { padding: "2px 8px", border: "1px solid var(--line)", borderRadius: "6px", background: "var(--raised)", backgroundImage: "none", fontSize: "12px" },
  ".cm-tooltip": box,
  ".cm-tooltip-lint": { maxWidth: "420px", overflow: "hidden" },
  ".cm-diagnostic": { padding: "6px 10px", borderLeftWidth: "3px", fontFamily: "var(--font-ui)", fontSize: "12px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--failed)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  // The wave as the page would draw it; CodeMirror's own is a picture in fixed colours.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--failed) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warning) 1px", textUnderlineOffset: "3px" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 2px" },
  ".cm-lint-marker": { width: "8px", height: "8px", marginTop: "5px", borderRadius: "50%", content: "''" },
  ".cm-lint-marker-error": { background: "var(--failed)", content: "''" },
  ".cm-lint-marker-warning": { background: "var(--warning)", borderRadius: "2px", content: "''" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "12px", maxHeight: "220px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { marginLeft: "10px", fontStyle: "normal", opacity: "0.75" },
  ".cm-completionInfo": { ...box, padding: "8px 10px", maxWidth: "320px", fontFamily: "var(--font-ui)" },
});
