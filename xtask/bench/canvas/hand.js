// Runs in the page that is measured: a hand that does one thing a frame, and a watch. It is the same for both sides; what differs
// between them is in `sides`. Sent by `drive.js`, which calls `window.bench`.
(() => {
  // What a hand sends is no real pointer, which no element can capture.
  Element.prototype.setPointerCapture = () => {};
  Element.prototype.releasePointerCapture = () => {};

  const frame = () => new Promise(requestAnimationFrame);
  const find = (css) => document.querySelector(css);

  const sides = {
    patchbay: {
      area: () => find("#canvas"),
      world: () => find(".live-world"),
      isThere: () => Boolean(find(".app.has-graph") && find("#canvas")),
      /** A picture of all layers, small enough to compare. */
      picture: () => {
        const small = new OffscreenCanvas(608, 420);
        const pen = small.getContext("2d", { willReadFrequently: true });
        for (const layer of document.querySelectorAll("#canvas canvas")) pen.drawImage(layer, 0, 0, small.width, small.height);
        return hash(pen.getImageData(0, 0, small.width, small.height).data);
      },
      fit: () => find('[aria-label="Show all"]').click(),
      whole: () => find(".zoom .percent").click(),
      deselect: () => find("#canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true })),
      isOnNode: () => find("#canvas").dataset.grip === "on-node",
    },
    flow: {
      area: () => find(".react-flow__pane"),
      world: () => find(".react-flow__viewport"),
      isThere: () => Boolean(window.flow && find(".react-flow__node")),
      picture: () => {
        const nodes = [...document.querySelectorAll(".react-flow__node")].slice(0, 2000).map((node) => node.style.transform);
        const frame = find(".react-flow__selection")?.getAttribute("style");
        return [find(".react-flow__viewport").style.transform, frame, ...nodes].join();
      },
      fit: () => window.flow.fitView(),
      whole: () => window.flow.zoomTo(1),
      deselect: () => window.flow.setNodes((nodes) => nodes.map((node) => (node.selected ? { ...node, selected: false } : node))),
      isOnNode: (x, y) => Boolean(document.elementFromPoint(x, y)?.closest(".react-flow__node, .react-flow__nodesselection-rect")),
    },
  };

  let side;

  function hash(bytes) {
    let sum = 2166136261;
    for (let at = 0; at < bytes.length; at += 1) sum = Math.imul(sum ^ bytes[at], 16777619);
    return sum;
  }

  function middle() {
    const { left, top, width, height } = side.area().getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  }

  function zoom() {
    const [, scale] = /scale\(([^)]+)\)/.exec(side.world()?.style.transform ?? "") ?? [];
    return Number(scale);
  }

  /** A pointer and a mouse event at once, as a browser sends them. */
  function send(target, kind, { x, y }, { button = 0, buttons = 1, shiftKey = false } = {}) {
    const init = { bubbles: true, cancelable: true, composed: true, view: window, clientX: x, clientY: y, button, buttons, shiftKey };
    target.dispatchEvent(new PointerEvent(`pointer${kind}`, { ...init, pointerId: 1, pointerType: "mouse", isPrimary: true }));
    target.dispatchEvent(new MouseEvent(`mouse${kind}`, init));
  }

  function wheel(deltaY) {
    const { x, y } = middle();
    side.area().dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, deltaY, ctrlKey: true }));
  }

  async function settle(frames = 3) {
    for (let count = 0; count < frames; count += 1) await frame();
  }

  /** A place on a node, found by going out from the middle; places on nothing where `isOnNode` is false. */
  async function place(isOnNode) {
    const from = middle();
    for (let ring = 0; ring < 14; ring += 1) {
      for (let turn = 0; turn < 6 * ring + 1; turn += 1) {
        const angle = (turn / (6 * ring + 1)) * 2 * Math.PI;
        const at = { x: from.x + ring * 17 * Math.cos(angle), y: from.y + ring * 13 * Math.sin(angle) };
        send(side.area(), "move", at, { buttons: 0 });
        await frame();
        await frame();
        if (side.isOnNode(at.x, at.y) === isOnNode) return at;
      }
    }
    throw new Error(`found no place ${isOnNode ? "on a node" : "beside the nodes"}`);
  }

  const target = (at) => (side === sides.flow ? document.elementFromPoint(at.x, at.y) : side.area());

  /** Moves on a circle that begins and ends where the pointer went down. */
  const round = (from, radius) => (share) => ({
    x: from.x + radius * Math.sin(share * 2 * Math.PI),
    y: from.y + (radius / 2) * (1 - Math.cos(share * 2 * Math.PI)),
  });

  /** A button held from `from` on: the first moves bring what the gesture needs, and are not measured. */
  async function drag(from, how = {}, radius = 90) {
    const held = target(from);
    const path = round(from, radius);
    const buttons = how.button === 1 ? 4 : 1;
    const move = (share) => send(held, "move", path(share), { ...how, buttons });
    send(held, "move", from, { ...how, button: 0, buttons: 0 });
    send(held, "down", from, { ...how, buttons });
    for (const share of [0.02, 0.04, 0.06]) {
      move(share);
      await frame();
    }
    const before = side.picture();
    return {
      act: (count) => move(0.06 + count / 120),
      finish: async () => {
        move(0.3);
        await settle();
        const after = side.picture();
        // A frame ends where it is; what was dragged goes back to where it was.
        const end = how.shiftKey ? path(0.3) : path(0);
        send(held, "move", end, { ...how, buttons });
        send(held, "up", end, { ...how, buttons: 0 });
        await settle();
        return before !== after;
      },
    };
  }

  async function lookAtAll() {
    side.fit();
    await settle(30);
  }

  async function lookClosely(scale = 1) {
    side.fit();
    await settle(10);
    side.whole();
    await settle(30);
    for (let count = 0; zoom() > scale && count < 500; count += 1) {
      wheel(12);
      await frame();
    }
    await settle(10);
  }

  function shift(kind) {
    document.dispatchEvent(new KeyboardEvent(kind, { key: "Shift", code: "ShiftLeft", shiftKey: kind === "keydown", bubbles: true }));
  }

  /** Selects all that is in view, by a frame. */
  async function selectInView() {
    const area = side.area().getBoundingClientRect();
    const from = { x: area.left + 8, y: area.top + 8 };
    const to = { x: area.right - 8, y: area.bottom - 8 };
    const held = target(from);
    shift("keydown");
    await settle();
    send(held, "down", from, { shiftKey: true });
    for (let step = 0; step <= 10; step += 1) {
      send(held, "move", { x: from.x + ((to.x - from.x) * step) / 10, y: from.y + ((to.y - from.y) * step) / 10 }, { shiftKey: true });
      await frame();
    }
    send(held, "up", to, { shiftKey: true, buttons: 0 });
    shift("keyup");
    await settle(5);
  }

  const MIDDLE_BUTTON = { button: 1 };
  /** About a hundred cards are in view. */
  const HUNDRED = 0.35;

  /** Each makes ready and gives what it does in a frame, and how it ends: with whether anything moved. */
  const gestures = {
    pan: async () => {
      await lookClosely();
      return drag(middle(), MIDDLE_BUTTON, 300);
    },
    "pan whole": async () => {
      await lookAtAll();
      return drag(middle(), MIDDLE_BUTTON, 300);
    },
    zoom: async () => {
      await lookClosely();
      const before = side.picture();
      return {
        // From some cards to many, and back.
        act: (count) => wheel(count % 80 < 40 ? 8 : -8),
        finish: async () => {
          wheel(20);
          await settle();
          return before !== side.picture();
        },
      };
    },
    "drag one": async () => {
      await lookClosely();
      return drag(await place(true));
    },
    "drag 100": async () => {
      await lookClosely(HUNDRED);
      await selectInView();
      return drag(await place(true));
    },
    "drag whole": async () => {
      await lookAtAll();
      return drag(await place(true));
    },
    marquee: async () => {
      await lookClosely(HUNDRED);
      const from = await place(false);
      shift("keydown");
      await settle();
      const { act, finish } = await drag(from, { shiftKey: true }, 220);
      return { act, finish: () => finish().finally(() => shift("keyup")) };
    },
  };
  let held;

  /** Zooms by a hair each frame until the page follows both ways. Gives the milliseconds since the page began to load. */
  async function first() {
    for (;;) {
      await frame();
      if (!side.isThere()) continue;
      const before = zoom();
      wheel(-4);
      await frame();
      await frame();
      const nearer = zoom();
      wheel(4);
      await frame();
      await frame();
      if (nearer > before && zoom() < nearer) return performance.now();
    }
  }

  window.bench = {
    first: (which) => {
      side = sides[which];
      return first();
    },
    names: Object.keys(gestures),
    prepare: async (name) => {
      side.deselect();
      held = await gestures[name]();
    },
    /** One act a frame for so long. Gives the time of each frame. */
    watch: async (ms) => {
      const times = [];
      const begun = await frame();
      for (let last = begun, count = 1; last - begun < ms || count < 4; count += 1) {
        held.act(count);
        const now = await frame();
        times.push(now - last);
        last = now;
      }
      return times;
    },
    finish: () => held.finish(),
    elements: () => document.querySelectorAll("*").length,
  };
})();
