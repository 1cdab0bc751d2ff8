/* The list "Save as…": a format of the run is asked of Python, a picture is made here of what Plotly has drawn. */
window.pfvizSaveAs = function pfvizSaveAs({ element, trigger }) {
  element.addEventListener("change", ({ target }) => {
    const chosen = target.selectedOptions[0];
    target.selectedIndex = 0;
    if (chosen.dataset.export) return trigger("select", { export: chosen.dataset.export });
    const plot = [...document.querySelectorAll("#tabs .pane-plot")].find((node) => node.clientWidth && node.data?.length);
    if (!plot) return;
    const { width, height } = plot.getBoundingClientRect();
    const name = document.querySelector("#tabs [role=tab][aria-selected=true]")?.textContent.trim().toLowerCase() ?? "figure";
    Plotly.downloadImage(plot, { format: chosen.dataset.picture, filename: `pfviz-${name.replace(/[^a-z0-9]+/g, "-")}`, width, height, scale: 2 });
  });
};
