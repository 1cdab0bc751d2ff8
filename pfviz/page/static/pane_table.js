/* The button beside a picture that shows it as a table instead; one listener for all of them. */
(() => {
  if (window.pfvizPaneTable) return;
  window.pfvizPaneTable = true;

  function fill(pane) {
    const [plot, place] = [pane.querySelector(".pane-plot"), pane.querySelector(".pane-table")];
    const tables = pfvizFigureTables(plot);
    place.replaceChildren(...(tables.length ? tables : ["There is nothing to list."]));
  }

  function show(button, open) {
    const pane = button.closest(".pane"), plot = pane.querySelector(".pane-plot");
    button.setAttribute("aria-expanded", String(open));
    pane.querySelector(".pane-table").hidden = !open;
    pane.toggleAttribute("data-as-table", open);
    if (open) fill(pane);
    if (!open || plot.dataset.listed || !plot.on) return;
    plot.dataset.listed = "1";
    plot.on("plotly_afterplot", () => pane.hasAttribute("data-as-table") && fill(pane));
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".as-table") : null;
    if (button) show(button, button.getAttribute("aria-expanded") !== "true");
  });
})();
