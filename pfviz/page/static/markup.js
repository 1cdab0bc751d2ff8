/* Which of the page's views is open: the run, or the comparison of the methods. The style sheet does the rest. */
window.pfvizView = function pfvizView(view) {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll("[data-view][role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.view === view));
  }
};

/* A run is looked at from the click on: through Gradio it may come so late that it takes a view away which was opened since. */
document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("button#run, button#resume")) pfvizView("run");
});

/* Clicks in our own markup: data-uid selects a particle, data-sweep an iteration, data-question asks, data-problem picks
   a problem, data-view opens a view, data-match="next" goes to what the filter shows, data-ask="stop" ends a question to
   the models; data-node opens an example of the lab in its run, data-story a recorded run, data-reward the runs of another reward, data-mark says which answer is right, data-label whether the step data-of is good. A form's fields are sent whenever one has
   changed; those of a form with data-asks at the press of one of its buttons. One listener on the root, so it outlives every
   redraw; the focus returns to the control that was used. */
const pfvizHits = ["uid", "problem", "sweep", "question", "view", "ask", "node", "reward", "mark", "match", "story", "label"].map((name) => `[data-${name}]`);
window.pfvizMarkup = function pfvizMarkup({ element, trigger, watch }) {
  trigger = pfvizInTurn(trigger);
  let role = null;
  let selected = false;
  element.addEventListener("click", (event) => {
    const hit = event.target.closest(pfvizHits.join(", "));
    if (!hit || !element.contains(hit)) return; // the body has a data-view too
    if (hit.dataset.view !== undefined) {
      pfvizView(hit.dataset.view);
      return trigger("select", { view: hit.dataset.view });
    }
    role = hit.dataset.role || null;
    if (hit.dataset.uid !== undefined) {
      window.pfvizReplay?.choose(Number(hit.dataset.uid));
      trigger("select", { uid: Number(hit.dataset.uid) });
    }
    else if (hit.dataset.sweep !== undefined) trigger("select", { sweep: Number(hit.dataset.sweep) });
    else if (hit.dataset.node !== undefined) {
      pfvizView("run");
      trigger("select", { node: hit.dataset.node });
    } else if (hit.dataset.reward !== undefined) trigger("select", { reward: hit.dataset.reward });
    else if (hit.dataset.story !== undefined) {
      pfvizView("run");
      trigger("select", { story: hit.dataset.story });
    } else if (hit.dataset.label !== undefined) trigger("select", { label: hit.dataset.label, of: Number(hit.dataset.of) });
    else if (hit.dataset.mark !== undefined) trigger("select", { mark: hit.dataset.mark });
    else if (hit.dataset.match !== undefined) trigger("select", { match: hit.dataset.match });
    else if (hit.dataset.ask !== undefined) trigger("ask", { do: hit.dataset.ask });
    else if (hit.dataset.question !== undefined) trigger("select", { question: hit.dataset.question });
    else trigger("pick", { problem: hit.dataset.problem });
  });
  element.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    role = event.target.dataset.role || role;
    if (form && !form.dataset.asks) trigger("select", { rule: Object.fromEntries(new FormData(form)) });
  });
  element.addEventListener("reset", ({ target }) => {
    trigger("select", target.classList.contains("explore") ? { explore: {} } : { rule: {} });
  });
  const folds = new Map(); // data-key -> whether the visitor has it open: a redraw would close it
  element.addEventListener("toggle", ({ target }) => target.dataset.key && folds.set(target.dataset.key, target.open), true);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!event.target.dataset.asks) return;
    const pressed = event.submitter ?? event.target.querySelector("button");
    trigger("ask", { ...Object.fromEntries(new FormData(event.target)), do: pressed?.value });
  });
  watch("value", () => {
    for (const fold of element.querySelectorAll("details[data-key]")) fold.open = folds.get(fold.dataset.key) ?? fold.open;
    const inspected = element.querySelector("[data-selected]"); // an arrow key: Python knows where it leads
    if (inspected) window.pfvizReplay?.choose(Number(inspected.dataset.selected));
    window.pfvizReplay?.dim();
    const again = role && element.querySelector(`[data-role="${role}"]:not([disabled])`);
    if (again) again.focus({ preventScroll: true });
    role = null;
    const scroller = element.closest(".scroller");
    const current = element.querySelector("[aria-current]");
    const list = current?.closest(".tall"); // a long solution scrolls by itself, whoever selected its step
    if (list) {
      const [outer, inner] = [list.getBoundingClientRect(), current.getBoundingClientRect()];
      list.scrollTop += Math.min(inner.bottom - outer.bottom + 8, inner.top - outer.top - 8);
    }
    const first = !selected; // what is selected by itself when a run ends: its answer stays in view
    selected = Boolean(current);
    if (!current || first || !scroller || scroller.scrollHeight <= scroller.clientHeight) return;
    const [outer, inner] = [scroller.getBoundingClientRect(), current.getBoundingClientRect()];
    if (inner.bottom > outer.bottom) scroller.scrollTop += Math.min(inner.bottom - outer.bottom + 8, inner.top - outer.top - 8);
    else if (inner.top < outer.top) scroller.scrollTop -= outer.top - inner.top + 8;
  });
};
