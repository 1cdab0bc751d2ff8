/* The keys of search and help, and the buttons of the bar over the pictures. One listener for all, so that it outlives
   every redraw. */
(() => {
  if (window.pfvizExplore) return;
  const TYPING = "input, textarea, select, [contenteditable], [role=option]";
  const isShown = (element) => Boolean(element?.offsetParent);
  const sheet = () => document.querySelector("dialog.keys");
  const search = () => document.querySelector("#explore-text");

  function step(direction) {
    const button = document.querySelector(`.explore [data-match=${direction}]`);
    if (isShown(button)) button.click();
    return isShown(button);
  }

  const ACTIONS = {
    "/": () => isShown(search()) && (search().focus(), search().select(), true),
    "?": () => sheet() && (sheet().open ? sheet().close() : sheet().showModal(), true),
    n: () => step("next"),
    N: () => step("previous"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    if (event.key === "Escape" && event.target === search()) {
      event.preventDefault(); // a browser would empty the field, and let all steps pass
      return search().blur();
    }
    if (event.target.closest(TYPING)) return;
    if (sheet()?.open && event.key !== "?") return;
    if (ACTIONS[event.key]?.()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".keys-open")) sheet().showModal();
    else if (event.target === sheet()) sheet().close(); // beside it
  });
  window.pfvizExplore = true;
})();
