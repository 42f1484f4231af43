// The peer: React Flow as its own guide has it, with memoised cards of the same content as ours.
import { Background, Controls, Handle, Position, ReactFlow, addEdge, useEdgesState, useNodesState } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { memo, useCallback } from "react";
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
    <Handle type="source" position={Position.Right} />
  </div>
));

const nodeTypes = { card: Card };
const firstNodes = nodes.map(({ id, x, y, title, summary }) => ({ id, type: "card", position: { x, y }, ...CARD, data: { title, summary } }));
const firstEdges = edges.map(({ from, to }) => ({ id: `${from}-${to}`, source: from, target: to }));

function Graph() {
  const [nodes, , onNodesChange] = useNodesState(firstNodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(firstEdges);
  const onConnect = useCallback((connection) => setEdges((edges) => addEdge(connection, edges)), [setEdges]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onConnect={onConnect}
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
