/* What is clicked in the view "Compare": data-compare="open" and "remove" with data-run, "rivals", and "files", which
   chooses files. The focus returns to the control that was used, or to the run that took its place. */
window.pfvizCompare = function pfvizCompare({ element, trigger, watch }) {
  let used = null;
  if (document.querySelector("#compare").dataset.drops === undefined) pfvizDrops("#compare");
  element.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-compare]");
    if (!hit) return;
    const act = hit.dataset.compare;
    if (act === "files") return document.querySelector("#compare input[type=file]").click();
    if (act === "open") {
      pfvizView("run");
      return trigger("select", { run: Number(hit.dataset.run) });
    }
    used = act === "remove" ? Number(hit.dataset.run) : null;
    trigger("pick", act === "remove" ? { remove: used } : { start: act });
  });
  watch("value", () => {
    if (used === null) return;
    const left = element.querySelectorAll("[data-compare=remove]");
    left[Math.min(used, left.length - 1)]?.focus({ preventScroll: true });
    used = null;
  });
};
