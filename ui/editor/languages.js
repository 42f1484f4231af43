// The languages of the texts in Patchbay, by the names that the window uses.
import { json } from "@codemirror/lang-json";
import { Language, LanguageSupport, StreamLanguage, defineLanguageFacet, languageDataProp } from "@codemirror/language";
import { GFM, parser } from "@lezer/markdown";
import { jsonata } from "./jsonata.js";
import { yaml } from "./yaml.js";

const markdownData = defineLanguageFacet({ commentTokens: { block: { open: "<!--", close: "-->" } } });
// CodeMirror's own Markdown brings grammars for HTML, CSS and JavaScript, which no note needs.
const markdown = new Language(markdownData, parser.configure([GFM, { props: [languageDataProp.add({ Document: markdownData })] }]), [], "markdown");

export const languages = {
  yaml,
  json: json(),
  markdown: new LanguageSupport(markdown),
  jsonata: new LanguageSupport(StreamLanguage.define(jsonata)),
};
