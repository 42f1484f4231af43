// What the page loads only when it is first wanted.
export const loadEditor = () => import("./editor.js");
