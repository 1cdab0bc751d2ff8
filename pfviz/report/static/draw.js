/* Draws each of `FIGURES` into the element whose id is its name, light or dark, wide or narrow, as the reader has it. */
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 600px)");
const draw = () => {
  for (const [id, looks] of Object.entries(FIGURES)) {
    const figure = looks[dark.matches ? "dark" : "light"];
    const layout = {...figure.layout, ...(narrow.matches ? figure.layout.meta.narrow : {})};
    Plotly.react(id, figure.data, layout, {displayModeBar: false, responsive: true});
  }
};
for (const query of [dark, narrow]) query.addEventListener("change", draw);
draw();
