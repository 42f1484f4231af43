// Loads the wasm and hands over. A page that cannot start says so instead of staying blank.
import init from "./ui.js";

init({ module_or_path: "ui_bg.wasm" }).catch((error) => {
  document.body.innerText = `Patchbay could not start: ${error}`;
});
