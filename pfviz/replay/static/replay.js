/* A run that is played again: one clock for every picture of it.

   The position p lies in [0, T]; step t is (t - 1, t], a quarter for each of its phases, so a whole number is the end of
   a step. `pfvizReplay` has `load(columns)`, `seek(p)`, `play()`, `pause()`, `follow()`, `choose(uid)`; whoever draws
   listens on the document: "pfviz:moment" {p, step, phase, playing, following}, "pfviz:run" when the columns are other
   ones, "pfviz:select" {uid}. */
(() => {
  "use strict";
  if (window.pfvizReplay) return;
  const PHASES = ["write", "score", "weigh", "select"];
  const [LONGEST_STEP, SHORTEST_STEP, WHOLE_RUN] = [3.2, 0.4, 28]; // seconds at 1×
  const FOLLOWED_STEP = 0.9; // seconds of a step that has just been made; less where several wait
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let run = null;
  let position = 0;
  let clock = 0; // the position before it is cut to whole phases, where motion is not wanted
  let [playing, following, speed, selected] = [false, false, 1, null];
  let [frame, last] = [0, 0];

  const bytes = (data) => Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  function unpack({ type, data, scale }, size) {
    const raw = bytes(data);
    if (type === "bits") return Uint8Array.from({ length: size }, (_, k) => (raw[k >> 3] >> (7 - (k & 7))) & 1);
    const whole = type === "u2" ? Uint16Array.from({ length: size }, (_, k) => raw[2 * k] | (raw[2 * k + 1] << 8)) : raw;
    return scale ? Float32Array.from(whole, (value) => value * scale) : whole;
  }

  /* Columns as Python packed them → flat arrays [t * N + n], and what follows from them. */
  function decode(columns) {
    const { steps: T, particles: N } = columns;
    const found = { ...columns, T, N };
    for (const name of ["ancestors", "lanes", "rewards", "weights", "written", "finished"]) found[name] = unpack(columns[name], T * N);
    found.roots = found.weights; // square roots of the weights
    found.weights = found.roots.map((root) => root * root);
    found.uids = new Int32Array(T * N);
    for (let k = 0; k < T * N; k++) {
      const t = Math.floor(k / N);
      found.uids[k] = !t || found.written[k] ? k : found.uids[(t - 1) * N + found.ancestors[k - N]];
    }
    return found;
  }

  /* [s * N + n] for s < t: how many of the N that go on after step t descend from that slot. Of a run that is over, all
     of the last step do. */
  function livingAfter(t) {
    if (run.living?.t === t) return run.living.counts;
    if (run.livingBefore?.t === t) return run.livingBefore.counts;
    const { N, T, ancestors } = run;
    const counts = new Uint16Array(t * N);
    if (t === T && !run.running) counts.fill(1, (t - 1) * N);
    else for (let n = 0; t && n < N; n++) counts[(t - 1) * N + ancestors[(t - 1) * N + n]]++;
    for (let s = t - 1; s > 0; s--) for (let n = 0; n < N; n++) counts[(s - 1) * N + ancestors[(s - 1) * N + n]] += counts[s * N + n];
    [run.livingBefore, run.living] = [run.living, { t, counts }];
    return counts;
  }

  /* (T * N) marks of the ancestry and the descendants of a particle, null where it is not in the run. */
  function relatives(uid) {
    const { N, T, ancestors, uids } = run;
    if (uid === null || !(uid >= 0 && uid < T * N) || uids[uid] !== uid) return null;
    const mask = new Uint8Array(T * N);
    const below = new Uint8Array(T * N);
    for (let t = Math.floor(uid / N), n = uid % N; t >= 0; t--) {
      mask[t * N + n] = 1;
      if (t) n = ancestors[(t - 1) * N + n];
    }
    below[uid] = 1;
    for (let k = (Math.floor(uid / N) + 1) * N; k < T * N; k++) {
      if (below[Math.floor(k / N - 1) * N + ancestors[k - N]]) mask[k] = below[k] = 1;
    }
    return mask;
  }

  const stepAt = (p) => Math.min(run?.T ?? 0, Math.ceil(p - 1e-6));
  const phaseAt = (p) => (p <= 0 ? -1 : Math.max(0, Math.ceil((p - stepAt(p) + 1) * 4 - 1e-4) - 1));

  function moment() {
    const phase = phaseAt(position);
    return { p: position, step: stepAt(position), phase: PHASES[phase] ?? "", playing, following };
  }

  function tell(name, detail = {}) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
  function show() {
    document.body.classList.toggle("replay-past", Boolean(run) && !run.running && position < run.T);
    tell("pfviz:moment", moment());
  }

  function tick(now) {
    frame = 0;
    const passed = Math.max(0, Math.min(0.1, (now - last) / 1000)); // a frame may have begun before it was asked for
    last = now;
    if (!run || !(playing || following)) return;
    const left = run.T - clock;
    const step = Math.min(LONGEST_STEP, Math.max(SHORTEST_STEP, WHOLE_RUN / run.T));
    clock = Math.min(run.T, clock + (following ? (passed * Math.max(1, left)) / FOLLOWED_STEP : (passed * speed) / step));
    position = still.matches && clock < run.T ? Math.floor(clock * 4 + 1e-6) / 4 : clock;
    if (clock >= run.T) {
      following = run.running; // whoever has caught up with a run that goes on follows it
      playing = false;
    } else start();
    show();
  }

  function start() {
    if (!frame) frame = requestAnimationFrame(tick);
  }

  function place(p) {
    position = clock = Math.max(0, Math.min(run?.T ?? 0, p));
  }

  window.pfvizReplay = {
    PHASES,
    still,
    stepAt,
    phaseAt,
    livingAfter,
    relatives,
    isDark: () => document.body.classList.contains("dark"),
    get run() { return run; },
    get position() { return position; },
    get playing() { return playing; },
    get following() { return following; },
    get selected() { return selected; },
    get speed() { return speed; },
    set speed(value) { speed = value; },

    /* The columns of a run, or of what there is of it so far; null where there is none. */
    load(columns) {
      const before = run;
      run = columns?.steps ? decode(columns) : null;
      const same = before && run && before.run === run.run;
      if (!run) playing = following = false;
      else if (!same) {
        [playing, following] = [false, run.running];
        place(run.running ? 0 : run.T);
      } else {
        if (position >= before.T && run.T > before.T) following = true;
        place(position);
      }
      if (following && (still.matches || document.hidden)) place(run.T);
      if (following && !run.running && position >= run.T) following = false;
      tell("pfviz:run");
      show();
      if (following && position < run.T) {
        last = performance.now();
        start();
      }
    },

    /* Go to a place; whoever follows a run has left it then. */
    seek(p) {
      if (!run) return;
      place(p);
      following = false;
      show();
    },

    /* From the beginning, at the end. */
    play() {
      if (!run || playing) return;
      if (position >= run.T) place(0);
      [playing, following, last] = [true, false, performance.now()];
      start();
      show();
    },

    pause() {
      playing = following = false;
      if (run) show();
    },

    toggle() {
      if (playing) this.pause();
      else this.play();
    },

    /* To the end of the step before or after. */
    step(by) {
      playing = false;
      this.seek(by > 0 ? Math.floor(position + 1e-6) + 1 : Math.ceil(position - 1e-6) - 1);
    },

    /* Back to the newest step of a run that goes on. */
    follow() {
      if (!run) return;
      [playing, following] = [false, run.running];
      place(run.T);
      show();
    },

    choose(uid) {
      const wanted = Number.isInteger(uid) ? uid : null;
      if (wanted === selected) return;
      selected = wanted;
      tell("pfviz:select", { uid: selected });
    },
  };

  /* The steps of a solution that come later are dimmed: of every item that says its step. */
  let dimmed = "";
  function dim() {
    const step = run && position < run.T ? stepAt(position) : Infinity;
    for (const item of document.querySelectorAll("[data-step]")) item.classList.toggle("later", Number(item.dataset.step) > step);
  }
  document.addEventListener("pfviz:moment", ({ detail }) => {
    const state = `${detail.step} ${run?.T} ${detail.p >= (run?.T ?? 0)}`;
    if (state !== dimmed) dim();
    dimmed = state;
  });
  window.pfvizReplay.dim = dim;
})();
