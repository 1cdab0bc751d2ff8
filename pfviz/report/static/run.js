/* A report's interaction: draw in light or dark, select a step anywhere, walk with the arrow keys. Reads `PFVIZ`. */
(() => {
  "use strict";
  const { run, figures, events, dark: palette, scale } = PFVIZ;
  const { steps: T, particles: N } = run;
  const media = matchMedia("(prefers-color-scheme: dark)");
  const $ = (id) => document.getElementById(id);
  const first = new Map(); // uid -> [t, n] where it was written
  for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) if (run.uids[t][n] === t * N + n) first.set(t * N + n, [t, n]);
  let selected = run.selected;
  let lit = false; // until somebody selects, nothing is dimmed: the first look is at the whole run
  let event = events.at(-1)?.step;

  const recolour = (value) => {
    if (!media.matches) return value;
    if (typeof value === "string") return palette[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map(recolour);
    if (value && typeof value === "object" && !("bdata" in value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolour(item)]));
    return value;
  };

  /* the selection, as masks over (step, slot) */
  function relatives(uid) {
    const grid = () => Array.from({ length: T }, () => new Array(N).fill(false));
    const mask = grid(), below = grid();
    const [t0, n0] = first.get(uid);
    for (let t = t0, n = n0; t >= 0; n = t ? run.ancestors[t - 1][n] : n, t--) mask[t][n] = true;
    below[t0][n0] = true;
    for (let t = t0 + 1; t < T; t++)
      for (let n = 0; n < N; n++) if (below[t - 1][run.ancestors[t - 1][n]]) mask[t][n] = below[t][n] = true;
    return mask;
  }

  const SHAPES = {
    genealogy(data, mask) {
      const edges = { x: [], y: [] }, ring = { x: [], y: [], size: [] };
      const points = T * N > 5000 ? 2 : 16;
      each(mask, (t, n) => {
        const from = t ? run.lanes[t - 1][run.ancestors[t - 1][n]] : (N - 1) / 2, to = run.lanes[t][n];
        for (let k = 0; lit && k < points; k++) {
          const s = k / (points - 1);
          edges.x.push(t + s);
          edges.y.push(from + (to - from) * (3 * s * s - 2 * s * s * s));
        }
        if (lit) edges.x.push(null);
        if (lit) edges.y.push(null);
        if (run.uids[t][n] === selected) {
          ring.x.push(t + 1);
          ring.y.push(to);
          ring.size.push(run.sizes[t][n] + 9);
        }
      });
      for (const trace of data) {
        if (trace.name === "selected") Object.assign(trace, edges);
        else if (trace.name === "selection") Object.assign(trace, { x: ring.x, y: ring.y, marker: { ...trace.marker, size: ring.size } });
        else if (!lit) continue;
        else if (trace.name === "steps") trace.marker = { ...trace.marker, opacity: mask.flat().map((on) => (on ? 1 : 0.28)) };
        else if (trace.mode === "lines" && trace.name !== "brackets") trace.opacity = 0.35;
      }
    },
    weights(data, mask) {
      const boxes = { related: { x: [], y: [] }, selection: { x: [], y: [] } };
      each(mask, (t, n) => {
        const box = boxes[run.uids[t][n] === selected ? "selection" : "related"], x = t + 1, y = run.lanes[t][n];
        box.x.push(x - 0.48, x + 0.48, x + 0.48, x - 0.48, x - 0.48, null);
        box.y.push(y - 0.5, y - 0.5, y + 0.5, y + 0.5, y - 0.5, null);
      });
      for (const trace of data) if (boxes[trace.name]) Object.assign(trace, boxes[trace.name]);
    },
    rewards(data, mask) {
      if (!lit) return;
      const line = { x: [], y: [] };
      each(mask, (t, n) => {
        if (!t) return;
        line.x.push(t, t + 1, null);
        line.y.push(run.rewards[t - 1][run.ancestors[t - 1][n]], run.rewards[t][n], null);
      });
      for (const trace of data) {
        if (trace.name === "selected") Object.assign(trace, line);
        else if (trace.name === "steps") trace.marker = { ...trace.marker, opacity: mask.flat().map((on) => (on ? 1 : 0.25)) };
        else trace.opacity = 0.35;
      }
    },
    resampling(data) {
      const outline = data.find((trace) => trace.name === "selection");
      if (!outline) return;
      const slots = events.find((item) => item.step === event).slots;
      const places = slots.flatMap((n, k) => (run.uids[event][n] === selected ? [k] : []));
      Object.assign(outline, { x: places, y: places.map((k) => run.weights[event][slots[k]] * N) });
    },
  };

  function each(mask, visit) {
    for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) if (mask[t][n]) visit(t, n);
  }

  function draw() {
    const own = () => run.uids.map((row) => row.map((uid) => uid === selected));
    const mask = selected === null ? null : lit ? relatives(selected) : own();
    for (const name of Object.keys(figures)) {
      const spec = name === "resampling" && events.length ? events.find((item) => item.step === event).figure : figures[name];
      const data = spec.data.map((trace) => ({ ...trace }));
      if (mask) SHAPES[name]?.(data, mask);
      const node = $(name);
      node.closest("section").querySelector(".finding").textContent = spec.layout.meta.title;
      const layout = { ...recolour(spec.layout), autosize: true, dragmode: matchMedia("(pointer: coarse)").matches ? false : "pan" };
      Plotly.react(node, recolour(data), layout, { displaylogo: false, displayModeBar: false, responsive: true, scrollZoom: false });
      if (!node.dataset.live) {
        node.dataset.live = "1";
        node.on("plotly_click", (click) => {
          const hit = click.points.find((point) => point.customdata != null);
          if (hit) select(Number([hit.customdata].flat()[0]));
        });
      }
    }
    document.querySelectorAll("[data-event]").forEach((b) => b.setAttribute("aria-pressed", String(Number(b.dataset.event) === event)));
  }

  /* the panel: every string in `run.html` was escaped when the report was written */
  function panel() {
    if (selected === null) return;
    const [t, n] = first.get(selected);
    $("where").textContent = `Step ${t + 1} · particle ${n}`;
    $("state").textContent = run.living[t][n]
      ? run.finished[t][n] ? "finished" : t === T - 1 ? "not finished" : `${run.living[t][n]} living descendant${run.living[t][n] > 1 ? "s" : ""}`
      : "died out";
    const children = run.ancestors[t].filter((a) => a === n).length;
    const facts = [
      ["reward", run.rewards[t][n].toFixed(3)],
      ["weight", run.weights[t][n].toFixed(3)],
      ["N·W expected", (N * run.weights[t][n]).toFixed(2)],
      ["children", run.resampled[t] ? children : "–"],
      ["tokens", run.tokens[t][n]],
      ["log-probability", run.log_probs[t][n]],
    ];
    $("facts").replaceChildren(...facts.map(([name, value]) => {
      const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = value;
      row.append(dt, dd);
      return row;
    }));
    const path = [];
    for (let s = t, m = n; s >= 0; m = s ? run.ancestors[s - 1][m] : m, s--) if (run.uids[s][m] === s * N + m) path.unshift([s, m]);
    $("path").replaceChildren(...path.map(([s, m]) => {
      const item = document.createElement("li"), button = document.createElement("button");
      const number = document.createElement("span"), body = document.createElement("span");
      const text = document.createElement("div"), meter = document.createElement("div");
      number.className = "n";
      number.textContent = s + 1;
      text.className = "text";
      text.innerHTML = run.html[run.texts[s][m]];
      meter.className = "meter";
      meter.innerHTML = "<span><i></i></span><span></span>";
      meter.querySelector("i").style.cssText = `width:${100 * run.rewards[s][m]}%;background:${shade(run.rewards[s][m])}`;
      meter.lastChild.textContent = `reward ${run.rewards[s][m].toFixed(2)}`;
      body.append(text, meter);
      button.append(number, body);
      if (s === t) button.className = "current";
      button.addEventListener("click", () => select(s * N + m));
      item.append(button);
      return item;
    }));
  }

  function shade(reward) {
    const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
    const k = Math.min(scale.length - 2, Math.floor(reward * (scale.length - 1)));
    const [a, b] = [channels(scale[k]), channels(scale[k + 1])], s = reward * (scale.length - 1) - k;
    return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * s)).join(",")})`;
  }

  function select(uid) {
    if (!first.has(uid)) return;
    selected = uid;
    lit = true;
    draw();
    panel();
  }

  function move(key) {
    const [t, n] = first.get(selected);
    if (key === "ArrowLeft" && t) return run.uids[t - 1][run.ancestors[t - 1][n]];
    if (key === "ArrowRight" && t + 1 < T) {
      const children = run.ancestors[t].flatMap((a, m) => (a === n ? [m] : [])).sort((a, b) => run.living[t + 1][b] - run.living[t + 1][a]);
      return children.length ? run.uids[t + 1][children[0]] : undefined;
    }
    if (key === "ArrowUp" || key === "ArrowDown") {
      const lane = run.lanes[t][n] + (key === "ArrowUp" ? -1 : 1), other = run.lanes[t].indexOf(lane);
      return other < 0 ? undefined : run.uids[t][other];
    }
    return undefined;
  }

  addEventListener("keydown", (key) => {
    if (selected === null || key.ctrlKey || key.metaKey || key.altKey || key.target.closest?.("aside, summary")) return;
    const uid = move(key.key);
    if (uid === undefined) return;
    key.preventDefault();
    select(uid);
  });
  document.querySelectorAll("[data-event]").forEach((button) =>
    button.addEventListener("click", () => { event = Number(button.dataset.event); draw(); }));
  media.addEventListener("change", () => { draw(); panel(); });
  draw();
  panel();
})();
