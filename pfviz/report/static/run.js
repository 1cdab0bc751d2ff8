/* A report's interaction: draw in light or dark, select a step anywhere, walk with the arrow keys. Reads `PFVIZ`. */
(() => {
  "use strict";
  const { run, figures, events, dark: palette } = PFVIZ;
  const media = matchMedia("(prefers-color-scheme: dark)");
  const $ = (id) => document.getElementById(id);
  const replay = window.pfvizReplay;
  replay.isDark = () => media.matches;
  replay.load(run.columns);
  replay.choose(run.selected);
  const { T = 0, N = 1, ancestors, lanes, uids, finished, facts: known, scale } = replay.run ?? {};
  const living = T ? replay.livingAfter(T) : [];
  let event = events.at(-1)?.step;

  const recolour = (value) => {
    if (!media.matches) return value;
    if (typeof value === "string") return palette[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map(recolour);
    if (value && typeof value === "object" && !("bdata" in value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolour(item)]));
    return value;
  };

  /* The bars of the particle that is selected; in figures over the steps the overlay shows it. */
  function outline(data) {
    const selection = data.find((trace) => trace.name === "selection");
    if (!selection) return;
    const slots = events.find((item) => item.step === event).slots;
    const places = slots.flatMap((n, k) => (uids[event * N + n] === replay.selected ? [k] : []));
    Object.assign(selection, { x: places, y: places.map((k) => run.weights[event][slots[k]] * N) });
  }

  function draw() {
    Object.keys(figures).forEach(drawOne);
    markEvent();
  }

  function markEvent() {
    document.querySelectorAll("[data-event]").forEach((b) => b.setAttribute("aria-pressed", String(Number(b.dataset.event) === event)));
  }

  function drawOne(name) {
    const spec = name === "resampling" && events.length ? events.find((item) => item.step === event).figure : figures[name];
    const data = spec.data.map((trace) => ({ ...trace }));
    const node = $(name);
    if (name === "resampling" && events.length) outline(data);
    node.closest("section").querySelector(".finding").textContent = spec.layout.meta.title;
    const layout = { ...recolour(spec.layout), autosize: true, dragmode: matchMedia("(pointer: coarse)").matches ? false : "pan" };
    Plotly.react(node, recolour(data), layout, { displaylogo: false, displayModeBar: false, responsive: true, scrollZoom: false });
    if (!node.dataset.live) {
      node.dataset.live = "1";
      const overlay = spec.layout.meta.over_steps ? pfvizOverlay(node, name) : null;
      if (overlay) node.on("plotly_afterplot", overlay.draw);
      node.on("plotly_click", (click) => {
        const hit = click.points.find((point) => point.customdata != null);
        const uid = hit ? Number([hit.customdata].flat()[0]) : null;
        if (hit && !overlay?.isHidden(uid)) select(uid);
      });
    }
  }

  /* the panel: every string in `run.html` was escaped when the report was written */
  function panel() {
    const { selected } = replay;
    if (selected === null) return;
    const [t, n] = place(selected);
    $("where").textContent = `Step ${t + 1} · particle ${n}`;
    $("state").textContent = living[selected]
      ? finished[selected] ? "finished" : t === T - 1 ? "not finished" : `${living[selected]} living descendant${living[selected] > 1 ? "s" : ""}`
      : "died out";
    const children = ancestors.subarray(t * N, (t + 1) * N).filter((a) => a === n).length;
    const facts = [
      ["reward", run.rewards[t][n].toFixed(3)],
      ["weight", run.weights[t][n].toFixed(3)],
      ["N·W expected", (N * run.weights[t][n]).toFixed(2)],
      ["children", known.resampled[t] ? children : "–"],
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
    for (let s = t, m = n; s >= 0; m = s ? ancestors[(s - 1) * N + m] : m, s--) if (uids[s * N + m] === s * N + m) path.unshift([s, m]);
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
      item.dataset.step = s + 1;
      item.append(button);
      return item;
    }));
    replay.dim();
  }

  function shade(reward) {
    const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
    const k = Math.min(scale.length - 2, Math.floor(reward * (scale.length - 1)));
    const [a, b] = [channels(scale[k]), channels(scale[k + 1])], s = reward * (scale.length - 1) - k;
    return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * s)).join(",")})`;
  }

  const place = (uid) => [Math.floor(uid / N), uid % N];

  function select(uid) {
    if (uids[uid] === uid) replay.choose(uid);
  }

  function move(key) {
    const { selected } = replay;
    const [t, n] = place(selected);
    if (key === "ArrowLeft" && t) return uids[(t - 1) * N + ancestors[(t - 1) * N + n]];
    if (key === "ArrowRight" && t + 1 < T) {
      const children = [...ancestors.subarray(t * N, (t + 1) * N)].flatMap((a, m) => (a === n ? [(t + 1) * N + m] : []));
      children.sort((a, b) => living[b] - living[a]);
      return children.length ? uids[children[0]] : undefined;
    }
    if (key === "ArrowUp" || key === "ArrowDown") {
      const lane = lanes[selected] + (key === "ArrowUp" ? -1 : 1), other = lanes.subarray(t * N, (t + 1) * N).indexOf(lane);
      return other < 0 ? undefined : uids[t * N + other];
    }
    return undefined;
  }

  addEventListener("keydown", (key) => {
    if (replay.selected === null || key.ctrlKey || key.metaKey || key.altKey || key.shiftKey || key.defaultPrevented) return;
    if (key.target.closest?.("aside, summary, select, [role=slider]")) return;
    const uid = move(key.key);
    if (uid === undefined) return;
    key.preventDefault();
    select(uid);
  });
  document.addEventListener("pfviz:select", () => {
    if (events.length) drawOne("resampling");
    panel();
  });
  document.addEventListener("pfviz:moment", ({ detail }) => {
    const shown = events.filter((item) => item.step < detail.step).at(-1);
    if (detail.playing || !shown || shown.step === event) return;
    event = shown.step; // where one pauses
    drawOne("resampling");
    markEvent();
  });
  document.querySelectorAll("[data-event]").forEach((button) =>
    button.addEventListener("click", () => { event = Number(button.dataset.event); draw(); }));
  media.addEventListener("change", () => { draw(); panel(); });
  document.querySelectorAll(".replay-mount").forEach((node) => pfvizTransport(node));
  draw();
  panel();
})();