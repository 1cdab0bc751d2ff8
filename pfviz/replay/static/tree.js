/* How a genealogy is drawn on a canvas as it was at some moment; the figure below knows how it ended.

   `pfvizTree(view)`: of a view {g, box, colours, colourOf, layer, blit, clip}, as overlay.js keeps it. */
window.pfvizTree = function pfvizTree(view) {
  "use strict";
  const { g, layer, blit, clip } = view;
  const replay = window.pfvizReplay;
  const WIDTHS = [1.3, 2.2, 3.6, 5.5]; // px of an edge, by the share that descends from it, as the figure has them
  const SHARES = [0.125, 0.25, 0.5];
  const ease = (u) => u * u * (3 - 2 * u);
  const within = (u) => Math.max(0, Math.min(1, u));

  const lane = (t, n, run) => run.lanes[(t - 1) * run.N + n];
  const root = (run) => run.root ?? (run.N - 1) / 2; // of a family: in the middle of its own lanes
  const origin = (t, n, run) => (t === 1 ? root(run) : lane(t - 1, run.ancestors[(t - 2) * run.N + n], run));

  /* The edge into slot n of step t: the figure's cubic 3s² - 2s³ is a Bézier with level ends. */
  function edge(ctx, t, from, to) {
    const [x0, x1, y0, y1] = [view.box.x(t - 1), view.box.x(t), view.box.y(from), view.box.y(to)];
    ctx.moveTo(x0, y0);
    ctx.bezierCurveTo(x0 + (x1 - x0) / 3, y0, x1 - (x1 - x0) / 3, y1, x1, y1);
  }

  function stroke(ctx, colour, width, dash = []) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.stroke();
  }

  function mark(ctx, x, y, size, colour, { hollow = false, diamond = false } = {}) {
    const r = size / 2;
    ctx.beginPath();
    if (diamond) {
      const d = 1.3 * r;
      for (const [dx, dy] of [[-d, 0], [0, -d], [d, 0], [0, d]]) ctx.lineTo(x + dx, y + dy);
      ctx.closePath();
    } else ctx.arc(x, y, r, 0, 7);
    if (!hollow) {
      ctx.fillStyle = colour;
      ctx.fill();
    }
    stroke(ctx, hollow ? colour : view.colours.outline, hollow ? 1.5 : 0.8);
  }

  /* Edges into the steps from..to by who lives on, `counts` of livingAfter; all alike where that is not known yet. */
  function edges(ctx, run, from, to, counts) {
    const { N } = run;
    const paths = new Map();
    for (let t = from; t <= to; t++) {
      for (let n = 0; n < N; n++) {
        const k = (t - 1) * N + n, share = counts ? counts[k] / N : 0.01;
        const name = !share ? "dead" : !run.written[k] ? "waiting" : SHARES.filter((least) => share >= least).length;
        if (!paths.has(name)) paths.set(name, []);
        paths.get(name).push([t, origin(t, n, run), lane(t, n, run)]);
      }
    }
    for (const name of ["dead", 0, 1, 2, 3, "waiting"]) {
      if (!paths.has(name)) continue;
      ctx.beginPath();
      for (const one of paths.get(name)) edge(ctx, ...one);
      if (name === "dead") stroke(ctx, view.colours.faint, 1);
      else if (name === "waiting") stroke(ctx, view.colours.survivor, 1.1, [2, 3]);
      else stroke(ctx, view.colours.survivor, WIDTHS[name]);
    }
    ctx.setLineDash([]);
  }

  const size = (run, k, grown = 1) => {
    const [least, most] = run.diameters;
    return Math.max(least, most * (grown * run.roots[k] + (1 - grown) / Math.sqrt(run.N)));
  };

  function marks(ctx, run, from, to, counts) {
    for (let k = (from - 1) * run.N; k < to * run.N; k++) {
      const hollow = !counts[k];
      ctx.globalAlpha *= hollow ? 0.75 : 1;
      mark(ctx, view.box.x(Math.floor(k / run.N) + 1), view.box.y(run.lanes[k]), size(run, k), view.colourOf(k), { hollow, diamond: run.finished[k] });
      ctx.globalAlpha /= hollow ? 0.75 : 1;
    }
  }

  /* The tree as it was when step t had been selected, over the figure, which knows the end. */
  function paintTree(ctx, run, t) {
    const { N } = run, counts = replay.livingAfter(t);
    ctx.fillStyle = view.colours.panel;
    ctx.fillRect(0, 0, view.box.width, view.box.height);
    for (let s = 1; s <= t; s++) {
      if (!run.facts.resampled[s - 1]) continue;
      ctx.beginPath();
      ctx.moveTo(view.box.x(s + 0.5), view.box.top);
      ctx.lineTo(view.box.x(s + 0.5), view.box.bottom);
      stroke(ctx, view.colours.faint, 1, [3, 3]);
    }
    edges(ctx, run, 1, t, counts);
    ctx.fillStyle = view.colours.ink;
    ctx.fillRect(view.box.x(0) - 5.5, view.box.y(root(run)) - 5.5, 11, 11);
    marks(ctx, run, 1, t, counts);
  }

  /* The step that happens now, over the tree as it was before it. */
  function paintStep(run, t, part) {
    const { N } = run;
    const [writing, scoring, weighing, selecting] = [0, 1, 2, 3].map((phase) => within(4 * part - phase));
    if (selecting >= 1) blit(layer("after", `tree ${t} ${run.version}`, (ctx) => paintTree(ctx, run, t)));
    else {
      blit(layer("before", `tree ${t - 1} ${run.version}`, (ctx) => paintTree(ctx, run, t - 1)));
      const split = t > 1 && run.facts.resampled[t - 2];
      const until = t - 1 + (split ? 0.5 + 0.5 * ease(writing) : ease(writing)); // copies have gone half the way
      clip(g, view.box.x(until));
      edges(g, run, t, t, null);
      g.restore();
      clip(g, view.box.width);
      if (t > 1) marks(g, run, t - 1, t - 1, replay.livingAfter(t - 1)); // over the lines that leave them
      for (let n = 0; n < N; n++) {
        const k = (t - 1) * N + n;
        if (writing < 1) rider(run, t, n, until);
        else {
          const turn = run.written[k] ? within((scoring * (N + 6) - lane(t, n, run)) / 6) : 1; // one after another
          mark(g, view.box.x(t), view.box.y(lane(t, n, run)), size(run, k, ease(weighing)), turn < 1 ? view.colours.waiting : view.colourOf(k), { diamond: run.finished[k] });
          if (turn > 0 && turn < 1) {
            g.globalAlpha = turn;
            mark(g, view.box.x(t), view.box.y(lane(t, n, run)), size(run, k, ease(weighing)), view.colourOf(k), { diamond: run.finished[k] });
            g.globalAlpha = 1;
          }
        }
      }
      g.restore();
      if (selecting > 0) { // the dying fade where they are
        g.globalAlpha = ease(selecting);
        blit(layer("after", `tree ${t} ${run.version}`, (ctx) => paintTree(ctx, run, t)));
        g.globalAlpha = 1;
      }
    }
    if (selecting > 0 && t < run.T && run.facts.resampled[t - 1]) {
      const until = t + 0.5 * ease(selecting);
      clip(g, view.box.x(until));
      edges(g, run, t + 1, t + 1, null);
      g.restore();
      clip(g, view.box.width);
      const counts = replay.livingAfter(t);
      for (let n = 0; n < N; n++) {
        const k = (t - 1) * N + n;
        if (counts[k]) mark(g, view.box.x(t), view.box.y(lane(t, n, run)), size(run, k), view.colourOf(k), { diamond: run.finished[k] });
      }
      for (let n = 0; n < N; n++) rider(run, t + 1, n, until);
      g.restore();
    }
  }

  /* A particle on its way into slot n of step t: it wears the colour of the step that it continues. */
  function rider(run, t, n, at) {
    const s = at - (t - 1), from = origin(t, n, run);
    const y = from + (lane(t, n, run) - from) * ease(s);
    const parent = t > 1 ? view.colourOf((t - 2) * run.N + run.ancestors[(t - 2) * run.N + n]) : view.colours.waiting;
    mark(g, view.box.x(at), view.box.y(y), Math.max(5, Math.min(9, (0.7 * (view.box.bottom - view.box.top)) / run.N)), parent);
  }

  return { lane, origin, edge, stroke, size, paintTree, paintStep };
};
