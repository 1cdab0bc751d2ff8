/* The bar that plays a run: `pfvizTransport(element)` brings the markup of transport.html.j2 to life. */
window.pfvizTransport = function pfvizTransport(element) {
  "use strict";
  const replay = window.pfvizReplay;
  const $ = (name) => element.querySelector(`.replay-${name}`);
  const bar = element.querySelector(".transport");
  const [track, ticks, done, thumb] = ["track", "ticks", "bar", "thumb"].map($);
  const [place, said, play, follow] = ["place", "said", "play", "follow"].map($);
  const phases = [...element.querySelectorAll("[data-phase]")];
  const MOST_TICKS = 130;
  let [told, marked] = ["", ""];
  /* Animations that stand still: to set their time costs no new style and no layout, as a style attribute would. */
  const moved = [[done, "scaleX(0)", "scaleX(1)"], [thumb, "translateX(0)", "translateX(100%)"]].map(([node, ...transform]) => {
    const animation = node.animate({ transform }, { duration: 1000, fill: "both" });
    animation.pause();
    return animation;
  });

  function mark() {
    const { run } = replay;
    bar.hidden = !run;
    if (!run) return;
    const state = `${run.T} ${run.facts.resampled}`;
    if (state === marked) return;
    marked = state;
    const every = Math.ceil(run.T / MOST_TICKS);
    const marks = [];
    for (let t = 0; t <= run.T; t++) {
      const resampled = t > 0 && t < run.T && run.facts.resampled[t - 1];
      if (t % every && !resampled) continue;
      const tick = document.createElement("i");
      tick.style.left = `${(100 * t) / run.T}%`;
      if (resampled) tick.className = "resampled";
      marks.push(tick);
    }
    ticks.replaceChildren(...marks);
    track.setAttribute("aria-valuemax", run.T);
  }

  function show({ p, step, phase, playing, following }) {
    const { run } = replay;
    if (!run) return;
    for (const one of moved) one.currentTime = (1000 * p) / run.T;
    const now = `${step} ${phase} ${playing} ${following} ${run.T} ${run.running} ${run.run}`;
    if (now === told) return;
    told = now;
    const name = step ? `Step ${step} of ${run.T} · ${p >= run.T && !run.running ? "end" : phase}` : "Start";
    const sentence = pfvizSentence(run, step, phase);
    place.textContent = name;
    said.setAttribute("aria-live", playing || following ? "off" : "polite");
    said.textContent = sentence;
    track.setAttribute("aria-valuenow", p.toFixed(2));
    track.setAttribute("aria-valuetext", `${name}. ${sentence}`);
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    play.title = `${playing ? "Pause" : "Play"} (space)`;
    play.dataset.playing = playing;
    follow.hidden = !run.running;
    follow.setAttribute("aria-pressed", following);
    for (const chip of phases) {
      chip.toggleAttribute("aria-current", chip.dataset.phase === phase);
      chip.disabled = !step;
    }
  }

  /* The track lies under the step axis of the genealogy, wherever that is. */
  document.addEventListener("pfviz:axis", ({ detail }) => {
    const box = bar.getBoundingClientRect();
    const [from, to] = [detail.from - box.left, box.right - detail.to];
    const fits = box.width > 0 && from >= 0 && to >= 0 && from + to < 0.8 * box.width;
    for (const [name, value] of [["--from", from], ["--to", to]]) {
      if (fits) bar.style.setProperty(name, `${value.toFixed(1)}px`);
      else bar.style.removeProperty(name);
    }
  });

  const DO = { back: () => replay.step(-1), forth: () => replay.step(1), play: () => replay.toggle(), follow: () => replay.follow() };
  element.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-replay], [data-phase]");
    if (!button) return;
    if (button.dataset.replay) return DO[button.dataset.replay]?.();
    const step = Math.max(1, replay.stepAt(replay.position));
    if (replay.playing) replay.pause();
    replay.seek(step - 1 + (replay.PHASES.indexOf(button.dataset.phase) + 1) / 4);
  });
  // A button that is pressed with a pointer takes no focus: space goes on to mean play.
  element.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
  element.querySelector("select").addEventListener("change", ({ target }) => (replay.speed = Number(target.value)));

  function drag(event) {
    const box = ticks.getBoundingClientRect();
    replay.seek((replay.run.T * (event.clientX - box.left)) / box.width);
  }
  track.addEventListener("pointerdown", (event) => {
    if (!replay.run || event.button) return;
    track.setPointerCapture(event.pointerId);
    replay.pause();
    drag(event);
  });
  track.addEventListener("pointermove", (event) => track.hasPointerCapture(event.pointerId) && drag(event));
  track.addEventListener("pointerup", () => {
    const near = Math.round(replay.position);
    if (Math.abs(near - replay.position) < 0.12) replay.seek(near); // a click beside a tick means the tick
  });

  /* Space plays; the arrows step on the track, with Shift anywhere, and wherever no particle is selected that they
     would walk from; Home and End. */
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!replay.run || !bar.offsetParent || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!(target instanceof Element) || target.closest("input, textarea, select, [role=tab], [role=option], [contenteditable]")) return;
    const own = target === track;
    if (!own && target.closest("[role=slider]")) return;
    if (key === " " && target.closest("button, summary, a")) return;
    const arrow = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (key === " ") replay.toggle();
    else if (arrow && (own || event.shiftKey || replay.selected === null)) replay.step(arrow);
    else if (key === "Home" || key === "End") {
      if (replay.playing) replay.pause();
      replay.seek(key === "Home" ? 0 : replay.run.T);
    } else return;
    event.preventDefault();
  });

  document.addEventListener("pfviz:run", mark);
  document.addEventListener("pfviz:moment", ({ detail }) => show(detail));
  mark();
  if (replay.run) replay.seek(replay.position);
};
