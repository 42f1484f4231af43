// What of the page itself the wasm has no words for: which colours hold, and the browser's own editing commands.

const DARK = "(prefers-color-scheme: dark)";
const asked = new Map();

/// Has the style sheets' rules for dark hold always ("dark"), never ("light"), or as the system is ("system").
export function setTheme(theme) {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && (asked.has(rule) || rule.conditionText === DARK)) {
        asked.set(rule, true);
        rule.media.mediaText = { dark: "all", light: "not all" }[theme] ?? DARK;
      }
    }
  }
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
  document.documentElement.dataset.theme = theme;
}

/// Does an editing command in the text that has the keyboard: "undo", "redo", "selectAll", "delete".
export function edit(command) {
  document.execCommand(command);
}
