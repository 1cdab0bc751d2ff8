/* One Plotly pane. The div is drawn once and lives as long as the page: Plotly.react keeps zoom (uirevision), and the
   figure that arrives from Python is recoloured here when the page is dark. */
(() => {
  const CONFIG = {
    displaylogo: false,
    displayModeBar: "hover",
    responsive: false,
    doubleClickDelay: 350,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
  };
  const linked = new Map(); // group name -> {range, members}: panes that share one step axis

  const isDark = () => document.body.classList.contains("dark");

  function recolour(value, palette) {
    if (typeof value === "string") return palette[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map((item) => recolour(item, palette));
    if (value && typeof value === "object" && !("bdata" in value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolour(item, palette)]));
    }
    return value;
  }

  function shareAxis(name, member) {
    if (!name) return { range: null, members: [] };
    if (!linked.has(name)) linked.set(name, { range: null, revision: null, members: [] });
    linked.get(name).members.push(member);
    return linked.get(name);
  }

  window.pfvizPane = function pfvizPane({ element, props, trigger, watch }) {
    const plot = element.querySelector(".pane-plot");
    const [heading, reads] = [element.querySelector("h3"), element.querySelector(".pane-reads")];
    let source = null; // the figure as Python sent it, in light colours
    let drawn = false;
    let frame = 0;
    const pane = { follow };
    const group = shareAxis(props.group, pane);

    function layoutOf(figure) {
      const layout = { ...figure.layout, autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
      delete layout.width;
      delete layout.height;
      delete layout.template;
      layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom"; // a finger scrolls the page
      if (group.range && layout.xaxis) layout.xaxis = { ...layout.xaxis, range: group.range, autorange: false };
      return layout;
    }

    function draw() {
      frame = 0;
      if (!source) {
        if (drawn) Plotly.purge(plot);
        drawn = false;
        describe({});
        return;
      }
      if (!plot.clientWidth || !plot.clientHeight) return; // hidden: the resize observer calls again
      const figure = isDark() ? recolour(source, props.dark) : source;
      const layout = layoutOf(figure);
      Plotly.react(plot, figure.data, layout, CONFIG);
      describe(layout.meta ?? {});
      if (!drawn) listen();
      drawn = true;
    }

    function describe(meta) {
      heading.textContent = meta.title ?? "";
      reads.textContent = reads.title = meta.reads ?? "";
      plot.setAttribute("aria-label", [props.title, meta.title, meta.reads].filter(Boolean).join(". "));
      plot.dataset.steps = meta.steps ?? "";
      plot.dataset.selected = meta.selected ?? "";
    }

    function later() {
      if (!frame) frame = requestAnimationFrame(draw);
    }

    function receive() {
      source = props.value ? JSON.parse(props.value) : null;
      const revision = source?.layout?.uirevision;
      if (group.revision !== revision) Object.assign(group, { range: null, revision });
      later();
    }

    function listen() {
      plot.on("plotly_click", (event) => {
        const hit = event.points.find((point) => point.customdata != null);
        if (!hit) return;
        plot.focus({ preventScroll: true });
        trigger("select", { uid: Number([hit.customdata].flat()[0]) });
      });
      plot.on("plotly_relayout", (change) => {
        if (!props.group) return;
        const low = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
        const high = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
        if (low !== undefined) group.range = [low, high];
        else if (change["xaxis.autorange"] || change["xaxis.range"] === null) group.range = null;
        else return;
        group.members.filter((member) => member !== pane).forEach((member) => member.follow());
      });
    }

    function follow() {
      later();
    }

    if (props.keys) {
      const MOVES = { ArrowLeft: "parent", ArrowRight: "child", ArrowUp: "previous", ArrowDown: "next" };
      document.addEventListener("keydown", (event) => {
        const move = MOVES[event.key];
        if (!move || event.ctrlKey || event.metaKey || event.altKey || !plot.dataset.selected) return;
        if (event.target.closest("input, textarea, select, [role=tab], [role=slider], [contenteditable]")) return;
        event.preventDefault();
        trigger("move", { move });
      });
    }
    new ResizeObserver(() => {
      if (drawn && plot.clientWidth) Plotly.Plots.resize(plot);
      else later();
    }).observe(plot);
    let dark = isDark();
    new MutationObserver(() => {
      if (dark !== isDark()) later();
      dark = isDark();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    watch("value", receive);
    receive();
  };
})();
