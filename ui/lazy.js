// What the page loads only when it is first wanted.
export const loadEditor = () => import("./editor.js");

// What tries expressions and rules. A module that failed is never loaded again under its name: each attempt has another.
export const loadJudge = async (attempt) => {
  const judge = await import(attempt === 0 ? "./judge.js" : `./judge.js?attempt=${attempt}`);
  await judge.default({ module_or_path: "judge_bg.wasm" });
  return judge;
};
