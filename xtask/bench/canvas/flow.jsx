// The peer: React Flow as its own guide has it, with memoised cards of the same content as ours.
import { Background, Controls, Handle, Position, ReactFlow, addEdge, useEdgesState, useNodesState } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { memo, useCallback, useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
import { CARD, scene } from "./scene.js";

const asked = new URLSearchParams(location.search);
const { nodes, edges } = scene(Number(asked.get("size")));
const isCulled = asked.get("culled") === "1";

const Card = memo(({ data }) => (
  <div className="card">
    <Handle type="target" position={Position.Left} />
    <svg viewBox="0 0 24 24"><path d="M4 6h16M4 12h9M4 18h5M16 12l4 4-4 4" /></svg>
    <div>
      <strong>{data.title}</strong>
      <span>{data.summary}</span>
    </div>
    {data.state && <i className={data.state}>{data.state}</i>}
    <Handle type="source" position={Position.Right} />
  </div>
));

const nodeTypes = { card: Card };
const firstNodes = nodes.map(({ id, x, y, title, summary }) => ({ id, type: "card", position: { x, y }, ...CARD, data: { title, summary } }));
const firstEdges = edges.map(({ from, to }) => ({ id: `${from}-${to}`, source: from, target: to }));

function Graph() {
  const [nodes, setNodes, onNodesChange] = useNodesState(firstNodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(firstEdges);
  const onConnect = useCallback((connection) => setEdges((edges) => addEdge(connection, edges)), [setEdges]);
  // What an editor on top of it does by itself, as simply as it can be done: states by one update, undo by whole snapshots.
  const past = useRef([]);
  const future = useRef([]);
  const now = useRef();
  now.current = { nodes, edges };
  const keep = useCallback(() => {
    past.current.push(now.current);
    future.current = [];
  }, []);
  useEffect(() => {
    const step = (from, to) => () => {
      const snapshot = from.current.pop();
      if (!snapshot) return;
      to.current.push(now.current);
      setNodes(snapshot.nodes);
      setEdges(snapshot.edges);
    };
    window.undo = step(past, future);
    window.redo = step(future, past);
    window.setStates = (ids, state) =>
      setNodes((nodes) => nodes.map((node) => (ids.has(node.id) ? { ...node, data: { ...node.data, state } } : node)));
    window.paste = (clip) => {
      keep();
      const ids = new Map(clip.nodes.map(({ id }, index) => [id, `${id}_${Date.now()}_${index}`]));
      const added = clip.nodes.map(({ id, x, y, title, summary }) => ({
        id: ids.get(id), type: "card", position: { x: x + 24, y: y + 24 }, ...CARD, data: { title, summary }, selected: true,
      }));
      const joined = clip.nodes.filter(({ next }) => next).map(({ id, next }) => [ids.get(id), ids.get(next)]);
      setNodes((nodes) => nodes.map((node) => (node.selected ? { ...node, selected: false } : node)).concat(added));
      setEdges((edges) => edges.concat(joined.map(([source, target]) => ({ id: `${source}-${target}`, source, target }))));
    };
  }, [keep, setNodes, setEdges]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onConnect={onConnect}
      onNodeDragStart={keep}
      onInit={(flow) => (window.flow = flow)}
      onlyRenderVisibleElements={isCulled}
      panOnDrag={[0, 1]}
      minZoom={0.001}
      fitView
    >
      <Background />
      <Controls />
    </ReactFlow>
  );
}

createRoot(document.getElementById("root")).render(<Graph />);
