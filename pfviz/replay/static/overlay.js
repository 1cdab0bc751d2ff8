/* The canvas over a figure whose x axis is the step: it hides what has not happened yet, draws the step that happens now,
   and the selection. Where the run has ended and nothing is selected it is empty, and the figure is as it was sent.

   `pfvizOverlay(plot, kind)`: a plot of Plotly and the name of its figure; it follows plot and replay by itself. */
(() => {
  "use strict";
  if (window.pfvizOverlay) return;
  const REVEALED = { genealogy: 0.25, strips: 0.75, rewards: 0.5, weights: 0.75 }; // the phase after which a step is seen
  const replay = window.pfvizReplay;
  const within = (u) => Math.max(0, Math.min(1, u));

  const shades = new Map(); // scale -> 101 colours
  function shade(scale, value) {
    const key = scale.join();
    if (!shades.has(key)) {
      const stops = scale.map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
      shades.set(key, Array.from({ length: 101 }, (_, percent) => {
        const at = (percent / 100) * (stops.length - 1), k = Math.min(stops.length - 2, Math.floor(at));
        return `rgb(${stops[k].map((from, i) => Math.round(from + (stops[k + 1][i] - from) * (at - k))).join(",")})`;
      }));
    }
    return shades.get(key)[Math.round(100 * within(value))];
  }

  /* uid -> colour of its mark in the figure, which may show something else than the reward. */
  function markColours(plot, run) {
    const trace = plot._fullData?.find((one) => one.name === "steps" && one.marker?.color?.length && one.customdata);
    const found = new Array(run.T * run.N);
    if (trace) {
      const { color, colorscale, cmin = 0, cmax = 1 } = trace.marker;
      const scale = colorscale?.map(([, colour]) => colour);
      for (let k = 0; k < color.length; k++) {
        const uid = [trace.customdata[k]].flat()[0], value = color[k];
        if (typeof value === "string") found[uid] = value;
        else if (scale?.every((one) => /^#\w{6}$/.test(one))) found[uid] = shade(scale, (value - cmin) / (cmax - cmin));
      }
    }
    return (k) => found[run.uids[k]] ?? shade(run.scale, run.rewards[k]);
  }

  function background(node) {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^(transparent|rgba\(.*, 0\))$/.test(colour)) return colour;
    }
    return "#fff";
  }

  window.pfvizOverlay = function pfvizOverlay(plot, kind) {
    const canvas = document.createElement("canvas");
    canvas.className = "replay-canvas";
    canvas.setAttribute("aria-hidden", "true");
    const g = canvas.getContext("2d");
    const layers = new Map(); // name -> {canvas, key}: what stays the same from frame to frame
    let [frame, coloured, seen] = [0, null, true];
    const view = { g, layer, blit, clip, box: null, colours: null, colourOf: null };
    const { lane, origin, edge, stroke, size, paintTree, paintStep } = pfvizTree(view);

    /* Size and axes of the plot, as they are now; false where nothing can be drawn. */
    function measure() {
      const layout = plot._fullLayout, container = plot.querySelector(".svg-container");
      if (!layout?.xaxis || !layout.yaxis || !container || !seen) return false;
      if (canvas.parentElement !== container) container.insertBefore(canvas, [...container.querySelectorAll(":scope > .main-svg")].at(1)?.nextSibling ?? null);
      const ratio = Math.min(2, devicePixelRatio || 1);
      const { xaxis, yaxis, width, height } = layout;
      const key = [width, height, ratio, xaxis._offset, xaxis._length, yaxis._offset, yaxis._length, ...xaxis.range, ...yaxis.range].join();
      if (view.box?.key !== key) {
        view.box = { key, ratio, width, height, left: xaxis._offset, right: xaxis._offset + xaxis._length };
        resize(canvas);
      }
      view.box.x = (x) => xaxis._offset + xaxis.c2p(x);
      view.box.y = (y) => yaxis._offset + yaxis.c2p(y);
      view.box.panels = Object.keys(layout).filter((name) => /^yaxis\d*$/.test(name)).map((name) => layout[name]);
      view.box.top = Math.min(...view.box.panels.map((axis) => axis._offset));
      view.box.bottom = Math.max(...view.box.panels.map((axis) => axis._offset + axis._length));
      return true;
    }

    function resize(one) {
      [one.width, one.height] = [Math.round(view.box.width * view.box.ratio), Math.round(view.box.height * view.box.ratio)];
      if (one === canvas) [one.style.width, one.style.height] = [`${view.box.width}px`, `${view.box.height}px`];
      one.getContext("2d").setTransform(view.box.ratio, 0, 0, view.box.ratio, 0, 0);
    }

    /* What `paint` draws, kept until its key changes. */
    function layer(name, key, paint) {
      const whole = `${view.box.key} ${view.colours.key} ${key}`;
      const kept = layers.get(name) ?? { canvas: document.createElement("canvas"), key: "" };
      layers.set(name, kept);
      const other = [...layers].find(([, one]) => one.key === whole);
      if (other && other[1] !== kept) { // what came after the last step is before this one
        layers.set(other[0], kept);
        layers.set(name, other[1]);
        return other[1].canvas;
      }
      if (kept.key !== whole) {
        kept.key = whole;
        resize(kept.canvas);
        const ctx = kept.canvas.getContext("2d");
        clip(ctx, view.box.width);
        paint(ctx);
        ctx.restore();
      }
      return kept.canvas;
    }
    function blit(image) {
      g.drawImage(image, 0, 0, view.box.width, view.box.height);
    }

    /* Nothing is drawn outside of the axes, but for half a mark, nor right of `until`; restore() ends it. */
    function clip(ctx, until, beyond = 1) {
      ctx.save();
      ctx.beginPath();
      const [left, right] = [view.box.left - 8, Math.min(until, view.box.right + 14)];
      ctx.rect(left, view.box.top - beyond, Math.max(0, right - left), view.box.bottom - view.box.top + beyond + 2);
      ctx.clip();
    }

    /* The selected lineage, over the whole run. */
    function paintPicked(ctx, run, mask) {
      const { N, T } = run;
      ctx.beginPath();
      for (let k = 0; k < T * N; k++) {
        if (!mask[k]) continue;
        const [t, n] = [Math.floor(k / N) + 1, k % N];
        if (kind === "genealogy") edge(ctx, t, origin(t, n, run), lane(t, n, run));
        else if (kind === "rewards" && t > 1) {
          ctx.moveTo(view.box.x(t - 1), view.box.y(run.rewards[(t - 2) * N + run.ancestors[(t - 2) * N + n]]));
          ctx.lineTo(view.box.x(t), view.box.y(run.rewards[k]));
        } else if (kind === "weights") {
          const [x, y] = [view.box.x(t - 0.48), view.box.y(lane(t, n, run) - 0.5)];
          ctx.rect(x, y, view.box.x(t + 0.48) - x, view.box.y(lane(t, n, run) + 0.5) - y);
        }
      }
      stroke(ctx, view.colours.accent, kind === "weights" ? 1.2 : 2.4);
      if (kind === "weights") return;
      ctx.globalCompositeOperation = "destination-out"; // the marks lie on the line
      ctx.beginPath();
      for (let k = 0; k < T * N; k++) {
        if (!mask[k]) continue;
        const [x, y] = [view.box.x(Math.floor(k / N) + 1), view.box.y(kind === "rewards" ? run.rewards[k] : run.lanes[k])];
        const r = kind === "rewards" ? 4 : size(run, k) / 2 + 1;
        ctx.moveTo(x + r, y);
        ctx.arc(x, y, r, 0, 7);
      }
      ctx.fill();
      ctx.globalCompositeOperation = "source-over";
    }

    function drawSelection(run, until, step) {
      const mask = kind === "strips" ? null : run.mask;
      if (!mask) return;
      clip(g, until);
      blit(layer("picked", `picked ${replay.selected} ${run.version}`, (ctx) => paintPicked(ctx, run, mask)));
      g.restore();
      clip(g, view.box.width, 12);
      const { N } = run;
      for (let k = replay.selected; k < step * N; k = next(k, run)) {
        const t = Math.floor(k / N) + 1;
        g.beginPath();
        if (kind === "weights") {
          const [x, y] = [view.box.x(t - 0.48), view.box.y(run.lanes[k] - 0.5)];
          g.rect(x, y, view.box.x(t + 0.48) - x, view.box.y(run.lanes[k] + 0.5) - y);
        } else g.arc(view.box.x(t), view.box.y(kind === "rewards" ? run.rewards[k] : run.lanes[k]), kind === "rewards" ? 7 : size(run, k) / 2 + 4.5, 0, 7);
        stroke(g, view.colours.accent, 2.6);
      }
      g.restore();
    }

    /* The next slot that carries the selected uid: a finished particle's waits. */
    function next(k, run) {
      for (let at = k + 1; at < run.uids.length; at++) if (run.uids[at] === replay.selected) return at;
      return Infinity;
    }

    /* The run in the lanes of one family alone, as `tree_layout.py` lays them out; who is not in it has no lane. */
    function familyOf(run, uid) {
      if (run.family?.head === uid) return run.family;
      const { N, T } = run, mask = replay.relatives(uid);
      if (!mask) return run;
      const lanes = new Float32Array(T * N).fill(NaN);
      const steps = Array.from({ length: T }, (_, t) => {
        const own = [];
        for (let k = t * N; k < (t + 1) * N; k++) if (mask[k]) own.push(k);
        return own.sort((a, b) => run.lanes[a] - run.lanes[b]);
      });
      const height = Math.max(...steps.map((own) => own.length));
      for (const own of steps) own.forEach((k, row) => { lanes[k] = row + (height - own.length) / 2; });
      run.family = Object.assign(Object.create(run), { head: uid, lanes, root: (height - 1) / 2 });
      return run.family;
    }

    function draw() {
      frame = 0;
      let { run } = replay;
      if (!measure()) return;
      g.clearRect(0, 0, view.box.width, view.box.height);
      plot.classList.remove("in-future");
      const meta = plot._fullLayout.meta ?? {};
      if (!run || (meta.run !== undefined && run.run && meta.run !== run.run)) return;
      if (meta.family !== undefined && kind === "genealogy") run = familyOf(run, meta.family);
      const dark = replay.isDark() ? 1 : 0;
      if (view.colours?.key !== dark) {
        view.colours = Object.fromEntries(Object.entries(run.colours).map(([name, both]) => [name, both[dark]]));
        Object.assign(view.colours, { panel: background(plot), waiting: view.colours.faint, key: dark });
      }
      if (coloured !== plot._fullData || view.colourOf?.run !== run) {
        coloured = plot._fullData;
        view.colourOf = markColours(plot, run);
        view.colourOf.run = run;
        run.version = (run.version ?? 0) + 1;
      }
      if (run.picked !== replay.selected || run.mask === undefined) [run.picked, run.mask] = [replay.selected, replay.relatives(replay.selected)];
      const p = replay.position, t = replay.stepAt(p), part = p - t + 1;
      const ended = p >= (meta.steps || run.T) && !run.running;
      const family = kind === "genealogy" && meta.family != null; // in lanes of its own: the figure shows the selection itself
      const tree = kind === "genealogy" && run.every_slot && !family; // the tree as it was; else the future is only hidden
      const upto = ended ? Infinity : p <= 0 ? 0 : t - 1 + within(part / REVEALED[kind]);
      if (!ended && !(run.running && !tree && p >= run.T)) {
        const from = view.box.x(kind === "weights" ? upto + 0.5 : upto) + (kind === "weights" ? 0 : 7);
        g.fillStyle = view.colours.panel;
        if (tree) {
          g.fillRect(view.box.left - 8, view.box.top - 1, view.box.width - view.box.left + 8, view.box.bottom - view.box.top + 3);
          if (p <= 0) blit(layer("after", `tree 0 ${run.version}`, (ctx) => paintTree(ctx, run, 0)));
          else paintStep(run, t, part);
        } else for (const axis of view.box.panels) g.fillRect(from, axis._offset - 5, view.box.width - from, axis._length + 9);
        if (kind !== "genealogy") {
          g.beginPath();
          g.moveTo(from, view.box.top);
          g.lineTo(from, view.box.bottom);
          stroke(g, view.colours.muted, 1);
        }
        view.box.future = view.box.x(t) + 14;
      } else view.box.future = Infinity;
      if (!family) drawSelection(run, ended ? view.box.width : view.box.x(kind === "weights" ? upto + 0.5 : upto) + 1, ended ? run.T : part >= REVEALED[kind] ? t : t - 1);
    }

    /* Where the step axis is on the screen, for the track of the transport. */
    function tellAxis() {
      if (kind !== "genealogy" || !replay.run || !view.box || !canvas.isConnected) return;
      const { left } = canvas.getBoundingClientRect();
      const detail = { from: left + view.box.x(0), to: left + view.box.x(replay.run.T) };
      document.dispatchEvent(new CustomEvent("pfviz:axis", { detail }));
    }

    function later() {
      if (!frame) frame = requestAnimationFrame(draw);
    }

    for (const name of ["pfviz:moment", "pfviz:run", "pfviz:select"]) document.addEventListener(name, name === "pfviz:moment" ? now : later);
    function now() { // inside the clock's own frame
      if (frame) cancelAnimationFrame(frame);
      draw();
    }
    new ResizeObserver(([{ contentRect }]) => { // asked every frame, the size would cost a layout
      seen = contentRect.width > 0;
      later();
    }).observe(plot);
    plot.addEventListener("mousemove", ({ clientX }) => {
      const hidden = view.box && clientX - plot.getBoundingClientRect().left > view.box.future;
      plot.classList.toggle("in-future", Boolean(hidden));
    });
    document.addEventListener("pfviz:run", () => requestAnimationFrame(tellAxis));
    function afterPlot() {
      now();
      tellAxis();
    }
    afterPlot();
    return { draw: afterPlot, isHidden: (uid) => Boolean(replay.run) && replay.position < replay.run.T && Math.floor(uid / replay.run.N) >= replay.stepAt(replay.position) };
  };
})();
