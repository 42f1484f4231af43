// The graph that both sides draw: as many nodes as asked, on a grid, each with a way to the next, and now and then a switch with
// a second way. The same for the same size.

/** A node's card and the grid that cards stand on, in units of the canvas. */
export const CARD = { width: 220, height: 72 };
const STEP = { x: 300, y: 140 };

/** `{nodes: [{id, kind, x, y, title, summary, next, other?}], edges: [{from, to}]}` */
export function scene(size) {
  const columns = Math.ceil(Math.sqrt((size * STEP.y) / STEP.x));
  const nodes = [];
  for (let index = 0; index < size; index += 1) {
    const row = Math.floor(index / columns);
    // There and back, so that most edges are short, as in a graph that a person arranged.
    const column = row % 2 === 0 ? index % columns : columns - 1 - (index % columns);
    const next = index + 1 < size ? name(index + 1) : undefined;
    const other = index % 25 === 12 && index + 8 < size ? name(index + 8) : undefined;
    const kind = index === 0 ? "entry" : next === undefined ? "exit" : other ? "switch" : "transform";
    const summary = { entry: "Where the tool begins", exit: "Where the tool ends", switch: "1 condition", transform: `{ "step": ${index} }` }[kind];
    nodes.push({ id: name(index), kind, x: column * STEP.x, y: row * STEP.y, title: name(index), summary, next, other });
  }
  const edges = nodes.flatMap(({ id, next, other }) => [next, other].filter(Boolean).map((to) => ({ from: id, to })));
  return { nodes, edges };
}

function name(index) {
  return `step_${index}`;
}

/** The scene as a graph file. */
export function graphFile({ nodes }) {
  const lines = [
    'version: "1.0"',
    "server: {name: bench, version: 1.0.0}",
    "tools:",
    "  - name: bench",
    "    description: A graph to be drawn",
    "    inputSchema: {type: object}",
    "    nodes:",
  ];
  for (const { id, kind, next, other, summary } of nodes) {
    lines.push(`      - id: ${id}`, `        type: ${kind}`);
    if (kind === "transform") lines.push(`        transform: {expr: '${summary}'}`);
    if (other) lines.push(`        conditions: [{rule: {">": [1, 0]}, next: ${other}}]`);
    if (next) lines.push(`        next: ${next}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Where its nodes stand, as the file beside the graph says it. */
export function layoutFile({ nodes }) {
  const places = nodes.map(({ id, x, y }) => `      ${id}: [${x}, ${y}]`);
  return `tools:\n  bench:\n    nodes:\n${places.join("\n")}\n`;
}
