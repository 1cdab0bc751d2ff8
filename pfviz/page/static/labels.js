/* The keys that label the selected step, by pressing its buttons; and links that press a button of the page. One listener
   for all, so that it outlives every redraw. */
(() => {
  if (window.pfvizLabels) return;
  const TYPING = "input, textarea, select, [contenteditable], [role=option]";
  const KEYS = { g: "good", o: "neutral", b: "bad", u: "none" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    if (event.target.closest(TYPING) || document.querySelector("dialog[open]") || !(event.key in KEYS)) return;
    const button = document.querySelector(`.labelling [data-label="${KEYS[event.key]}"]`);
    if (!button?.offsetParent) return; // another view is open, or a run goes on
    event.preventDefault();
    button.click();
  });
  document.addEventListener("click", ({ target }) => {
    const name = target instanceof Element && target.closest("[data-press]")?.dataset.press;
    if (name) (document.querySelector(`button#${name}`) ?? document.querySelector(`#${name} button`))?.click();
  });
  window.pfvizLabels = true;
})();
