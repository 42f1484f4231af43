// Runs in the page that is measured: a hand that does one thing a frame, and a watch. It is the same for both sides; what differs
// between them is in `sides`. Sent by `drive.js`, which calls `window.bench`.
(() => {
  // What a hand sends is no real pointer, which no element can capture.
  Element.prototype.setPointerCapture = () => {};
  Element.prototype.releasePointerCapture = () => {};

  /** A pixel that is another in each frame: a browser leaves out frames in which nothing changed, and then waits for the screen. */
  const pixel = document.createElement("i");
  pixel.style.cssText = "position:fixed;top:0;left:0;width:1px;height:1px;pointer-events:none";
  const frame = () => {
    if (!pixel.isConnected) document.body?.append(pixel);
    pixel.style.background = pixel.style.background === "black" ? "white" : "black";
    return new Promise(requestAnimationFrame);
  };
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
      /** A small part of the picture around a place, cheap enough to look at while time is taken. */
      glimpse: ({ x, y }) => {
        const { left, top } = find("#canvas").getBoundingClientRect();
        small.clearRect(0, 0, GLIMPSE, GLIMPSE);
        for (const layer of document.querySelectorAll("#canvas canvas")) {
          small.drawImage(layer, x - left - GLIMPSE / 2, y - top - GLIMPSE / 2, GLIMPSE, GLIMPSE, 0, 0, GLIMPSE, GLIMPSE);
        }
        return hash(small.getImageData(0, 0, GLIMPSE, GLIMPSE).data);
      },
      deselect: () => press("Escape"),
      isOnNode: () => find("#canvas").dataset.grip === "on-node",
      port: ({ x, y }) => screen(x + 208, y + 36),
      leavePort: () => press("Escape"),
      beginRun: () => tell({ runStarted: { run: RUN, graph: 1, tool: "bench", atUs: Date.now() * 1000 } }),
      setStates: (ids, isDone) => {
        const state = isDone ? { state: "done", durationUs: 7000 } : { state: "calling", durationUs: null };
        const step = (node) => ({ id: stepOf(node, isDone), node, attempt: 1, item: null, startedUs: Date.now() * 1000, failure: null, ...state });
        tell(ids.map((id) => ({ [isDone ? "stepEnded" : "stepStarted"]: { run: RUN, step: step(id) } })));
      },
      endRun: () => tell({ runEnded: { run: RUN, outcome: { outcome: "done", result: null }, atUs: Date.now() * 1000 } }),
      undo: () => press("z", { ctrlKey: true }),
      redo: () => press("z", { ctrlKey: true, shiftKey: true }),
      paste: (clip) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", clipText(clip));
        find("#canvas").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      },
    },
    flow: {
      area: () => find(".react-flow__pane"),
      world: () => find(".react-flow__viewport"),
      isThere: () => Boolean(window.flow && find(".react-flow__node")),
      picture: () => {
        const nodes = [...document.querySelectorAll(".react-flow__node")].slice(0, 2000).map((node) => node.style.transform);
        const states = [...document.querySelectorAll(".card i")].slice(0, 500).map((state) => state.textContent);
        const frame = find(".react-flow__selection")?.getAttribute("style");
        const drawn = find(".react-flow__connection-path")?.getAttribute("d");
        return [find(".react-flow__viewport").style.transform, frame, drawn, ...nodes, ...states].join();
      },
      fit: () => window.flow.fitView(),
      whole: () => window.flow.zoomTo(1),
      deselect: () => window.flow.setNodes((nodes) => nodes.map((node) => (node.selected ? { ...node, selected: false } : node))),
      isOnNode: (x, y) => Boolean(document.elementFromPoint(x, y)?.closest(".react-flow__node, .react-flow__nodesselection-rect")),
      glimpse: ({ x, y }) => {
        const cards = document.elementsFromPoint(x, y).map((element) => element.closest(".react-flow__node")?.style.transform);
        return [find(".react-flow__viewport").style.transform, ...cards].join();
      },
      port: ({ id }) => {
        const { left, top, width, height } = find(`.react-flow__node[data-id="${id}"] .source`).getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      },
      leavePort: () => {},
      beginRun: () => {},
      setStates: (ids, isDone) => window.setStates(new Set(ids), isDone ? "done" : "running"),
      endRun: () => {},
      undo: () => window.undo(),
      redo: () => window.redo(),
      paste: (clip) => window.paste(clip),
    },
  };

  /** The side of a glimpse, in pixels. */
  const GLIMPSE = 32;
  const small = new OffscreenCanvas(GLIMPSE, GLIMPSE).getContext("2d", { willReadFrequently: true });
  /** The run that is told of; the app gives small numbers. */
  const RUN = 4_000_000_000;
  const steps = new Map();
  let lastStep = 0;

  /** The number of the step that a node is in: a new one where it begins. */
  function stepOf(node, isDone) {
    if (!isDone) steps.set(node, (lastStep += 1));
    return steps.get(node);
  }

  function press(key, how = {}) {
    find("#canvas").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how }));
  }

  /** An event, or several, as the app would send them. */
  function tell(events) {
    window.sockets.at(-1).dispatchEvent(new MessageEvent("message", { data: JSON.stringify(events) }));
  }

  /** Nodes as the clipboard of ours has them. */
  function clipText({ nodes }) {
    const list = nodes.map(({ id, next, summary }) => `  - id: ${id}\n    type: transform\n    transform: {expr: '${summary}'}\n    next: ${next}\n`);
    const places = nodes.map(({ id, x, y }) => `  ${id}: [${x}, ${y}]\n`);
    return `nodes:\n${list.join("")}places:\n${places.join("")}`;
  }

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

  /** Where on the page a place of the canvas is. */
  function screen(x, y) {
    const { left, top } = side.area().getBoundingClientRect();
    const [, dx, dy, scale] = /translate\(([^p]+)px, ?([^p]+)px\) scale\(([^)]+)\)/.exec(side.world().style.transform).map(Number);
    return { x: left + dx + x * scale, y: top + dy + y * scale };
  }

  /** The nodes whose cards are in view, the one in the middle first. */
  function inView() {
    const { left, top, right, bottom } = side.area().getBoundingClientRect();
    const seen = benchScene.nodes.filter(({ x, y }) => {
      const [low, high] = [screen(x, y), screen(x + CARD.width, y + CARD.height)];
      return low.x > left && low.y > top && high.x < right && high.y < bottom;
    });
    const away = ({ x, y }) => {
      const [at, to] = [screen(x + CARD.width / 2, y + CARD.height / 2), middle()];
      return Math.hypot(at.x - to.x, at.y - to.y);
    };
    return seen.sort((one, other) => away(one) - away(other));
  }

  /** Does something and waits until it is seen at a place. */
  async function seen(at, act) {
    const before = side.glimpse(at);
    act();
    const begun = performance.now();
    do {
      await frame();
      if (performance.now() - begun > 60_000) throw new Error("nothing came of it");
    } while (side.glimpse(at) === before);
  }

  /** What `find` finds, once it does. */
  async function there(find) {
    for (const begun = performance.now(); performance.now() - begun < 60_000; await frame()) {
      const found = find();
      if (found) return found;
    }
    throw new Error(`it never came: ${find}`);
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
  async function drag(from, how = {}, radius = 90, leave = () => {}) {
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
        leave();
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
    connect: async () => {
      await lookClosely();
      const from = inView().find(({ kind, next }) => kind === "transform" && next);
      return drag(side.port(from), {}, 120, side.leavePort);
    },
    status: async () => {
      await lookClosely(HUNDRED);
      const ids = inView().map(({ id }) => id);
      side.beginRun();
      await settle(5);
      const before = side.picture();
      return {
        // The same begin and end, one after the other, and then the next.
        act: (count) => {
          const from = (STATES * (count >> 1)) % ids.length;
          side.setStates([...ids.slice(from), ...ids].slice(0, Math.min(STATES, ids.length)), count % 2 === 0);
        },
        finish: async () => {
          await settle();
          const after = side.picture();
          side.endRun();
          await settle();
          return before !== after;
        },
      };
    },
    undo: async () => {
      await lookClosely();
      const at = await place(true);
      const held = target(at);
      const [over, to] = [{ x: at.x + 20, y: at.y + 12 }, { x: at.x + 44, y: at.y + 30 }];
      send(held, "down", at);
      for (const place of [over, to]) {
        send(held, "move", place);
        await settle();
      }
      send(held, "up", to, { buttons: 0 });
      // It is saved, and everybody has been told.
      await pause(1_500);
      let isUndone = false;
      const step = () => seen(at, () => ((isUndone = !isUndone) ? side.undo() : side.redo()));
      return { act: step, waits: true, finish: () => (isUndone ? true : step().then(() => true)) };
    },
    paste: async () => {
      await lookClosely(HUNDRED);
      const near = inView().slice(0, PASTED);
      const [card] = near;
      const at = screen(card.x + CARD.width / 2, card.y + CARD.height / 2);
      const nodes = Array.from({ length: PASTED }, (_, index) => {
        const { x, y, title, summary } = near[index % near.length];
        // Not right over what looks the same; and the second round of a small graph stands below the first.
        const [aside, down] = [12, 12 + Math.floor(index / near.length) * 20];
        return { id: `pasted_${index}`, next: index + 1 < PASTED ? `pasted_${index + 1}` : undefined, x: x + aside, y: y + down, title, summary };
      });
      return { act: () => seen(at, () => side.paste({ nodes })), waits: true, back: () => seen(at, side.undo).then(() => pause(300)), finish: () => true };
    },
  };
  const KEYS = 30;
  /** How many nodes change their state in a frame, and how many are pasted at once. */
  const [STATES, PASTED] = [20, 200];
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
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
    /** One act a frame for so long, or each as long as it takes to be seen. Gives the time of each, and whether nothing else was done. */
    watch: async (ms) => {
      const times = [];
      const begun = await frame();
      for (let last = begun, count = 1; last - begun < ms || count < 4; count += 1) {
        await held.act(count);
        const now = await frame();
        times.push(now - last);
        // What has to be taken back before it can be done again is not measured.
        last = held.back ? await held.back().then(frame) : now;
      }
      // While it waits it looks at every frame, which is no work of the page's.
      return { times, isAll: !held.waits };
    },
    finish: () => held.finish(),
    /** Lays everything out, and takes it back. Gives the milliseconds until it is seen. */
    layout: async () => {
      await lookAtAll();
      press("a", { ctrlKey: true });
      await settle(30);
      const begun = performance.now();
      await seen(middle(), () => find('[aria-label="Lay out"]').click());
      const took = performance.now() - begun;
      await pause(1_500);
      await seen(middle(), side.undo);
      side.deselect();
      return took;
    },
    /** Goes through the tool node by node, all in view. Gives the milliseconds of each step, from the key until the next card shows it. */
    step: async () => {
      await lookAtAll();
      const byId = new Map(benchScene.nodes.map((node) => [node.id, node]));
      const place = ({ x, y }) => screen(x + CARD.width / 2, y + CARD.height / 2);
      let at = benchScene.nodes[0];
      await seen(place(at), () => press("F5"));
      await pause(1_000);
      const times = [];
      for (let count = 0; count < KEYS; count += 1) {
        at = byId.get(at.other ?? at.next);
        const begun = await frame();
        await seen(place(at), () => press("F10"));
        times.push((await frame()) - begun);
        await settle(5);
      }
      press("F5", { shiftKey: true });
      await pause(500);
      return times;
    },
    /** Types in the text beside the canvas, with pauses in which what was typed is drawn. Gives the longest frame that each key brought. */
    type: async () => {
      press("e", { ctrlKey: true });
      const field = await there(() => find(".text-panel .cm-content"));
      await pause(1_000);
      // The text stands where the node is that was looked at last; what is out of view has no elements.
      find(".text-panel .cm-scroller").scrollTop = 0;
      await settle(10);
      field.focus();
      document.getSelection().collapse(field.firstElementChild, 0);
      const times = [];
      for (let key = 0; key < KEYS; key += 1) {
        // Each fifth one has to wait for the next, so that the text is told and comes back.
        const until = performance.now() + (key % 5 === 4 ? 600 : 80);
        let longest = 0;
        let last = performance.now();
        document.execCommand("insertText", false, key === 0 ? "# " : "x");
        do {
          const now = await frame();
          longest = Math.max(longest, now - last);
          last = now;
        } while (last < until);
        times.push(longest);
      }
      if (!field.textContent.includes("# xxxx")) throw new Error("nothing was typed");
      for (let key = 0; key <= KEYS; key += 1) document.execCommand("delete");
      press("e", { ctrlKey: true });
      await pause(1_000);
      return times;
    },
    /** Opens another file over this one. Gives the milliseconds until its canvas follows. */
    open: async (path) => {
      press("o", { ctrlKey: true });
      const field = await there(() => find("#open-path"));
      field.value = path;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      const begun = performance.now();
      find("#open").click();
      await there(() => document.title.startsWith("opened") && !find("#open-path"));
      return (await first()) - begun;
    },
    elements: () => document.querySelectorAll("*").length,
  };
})();
