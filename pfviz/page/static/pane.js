/* One Plotly pane. The div is drawn once and lives as long as the page: Plotly.react keeps zoom (uirevision), and the
   figure that arrives from Python is recoloured here when the page is dark. */
(() => {
  const linked = new Map(); // group name -> {x, run, members}: panes that share one step axis
  const isDark = () => document.body.classList.contains("dark");
  const NARROW = 520; // px, below which a figure's `meta.narrow` takes the place of those parts of its layout
  let palette = {}; // light colour -> dark one: of the page, as Gradio loses it for a pane that gets a value unseen

  function recolour(value, palette) {
    if (typeof value === "string") return palette[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map((item) => recolour(item, palette));
    if (value && typeof value === "object" && !("bdata" in value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recolour(item, palette)]));
    }
    return value;
  }

  /* One pane a frame, in the order of the page: the first picture is seen before the second is drawn. */
  const waiting = [];
  function takeTurn(draw) {
    if (waiting.push(draw) === 1) requestAnimationFrame(drawNext);
    return true;
  }
  function drawNext() {
    waiting.shift()?.();
    if (waiting.length) requestAnimationFrame(drawNext);
  }

  window.pfvizPane = function pfvizPane({ element, props, trigger, watch }) {
    palette = props.dark ?? palette;
    trigger = pfvizInTurn(trigger);
    const plot = element.querySelector(".pane-plot");
    const [heading, caption] = [element.querySelector("h3"), element.querySelector(".caption")];
    const [help, reading] = [element.querySelector(".reading-help"), element.querySelector(".reading")];
    let source = null; // the figure as Python sent it, in light colours
    let drawn = false;
    let frame = 0;
    let narrow = false;
    let overlay = null;
    let zoom = {}; // axis -> the range that the visitor chose; Plotly would drop it when the step axis grows
    const group = linked.get(props.group) ?? { x: null, run: null, members: [] };
    if (props.group) linked.set(props.group, group);
    group.members.push(later);

    const finger = matchMedia("(pointer: coarse)").matches; // it scrolls the page: no zoom, no bar of tools
    const config = {
      displaylogo: false,
      displayModeBar: finger ? false : "hover",
      doubleClick: false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"],
      modeBarButtonsToAdd: [{ name: "Reset zoom", icon: Plotly.Icons.home, click: reset }],
    };

    function layoutOf(figure) {
      narrow = plot.clientWidth < NARROW;
      const layout = { ...figure.layout, ...(narrow ? figure.layout.meta?.narrow : {}), autosize: true };
      delete layout.width;
      delete layout.height;
      layout.dragmode = finger ? false : "zoom";
      for (const axis of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
        const range = props.group && axis.startsWith("x") ? group.x : zoom[axis];
        if (range) layout[axis] = { ...layout[axis], range: [...range], autorange: false };
      }
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
      const figure = isDark() ? recolour(source, palette) : source;
      const layout = layoutOf(figure);
      Plotly.react(plot, figure.data, layout, config);
      describe(layout.meta ?? {});
      if (!drawn) listen();
      drawn = true;
    }

    function describe(meta) {
      heading.textContent = meta.title ?? "";
      caption.textContent = meta.caption ?? "";
      reading.textContent = meta.reads ?? "";
      help.hidden = !meta.reads;
      plot.setAttribute("aria-label", [props.title, meta.title, meta.caption].filter(Boolean).join(". "));
      plot.dataset.steps = meta.steps ?? "";
      plot.dataset.selected = (props.replay ? pfvizReplay.selected : meta.selected) ?? "";
    }

    function later() {
      if (!frame) frame = takeTurn(draw);
    }

    function receive() {
      source = props.value ? JSON.parse(props.value) : null;
      const { run = null, selected } = source?.layout?.meta ?? {};
      if (source && props.replay) pfvizReplay.choose(selected);
      if (run && run !== group.run) {
        Object.assign(group, { x: null, run });
        zoom = {};
      }
      later();
    }

    function reset() {
      zoom = {};
      group.x = null;
      group.members.forEach((redraw) => redraw());
    }

    function remember(change) {
      const axes = Object.keys(change).flatMap((key) => key.match(/^([xy]axis\d*)\.range/)?.[1] ?? []);
      for (const axis of new Set(axes)) {
        const range = plot.layout[axis]?.range?.slice();
        if (props.group && axis.startsWith("x")) group.x = range;
        else zoom[axis] = range;
      }
      if (props.group && axes.length) group.members.forEach((redraw) => redraw !== later && redraw());
    }

    function listen() {
      plot.on("plotly_click", (event) => {
        const hit = event.points.find((point) => point.customdata != null);
        if (!hit) return;
        if (props.lab) {
          pfvizView("run"); // customdata names a run, a sweep and a uid
          return trigger("select", { point: hit.customdata.slice(0, 3).join(" ") });
        }
        plot.focus({ preventScroll: true });
        const name = String([hit.customdata].flat()[0]);
        const sweep = /^sweep (\d+)$/.exec(name);
        if (sweep) return trigger("select", { sweep: Number(sweep[1]) });
        if (overlay?.isHidden(Number(name))) return; // it has not happened yet
        pfvizReplay.choose(Number(name)); // at once: what the server adds comes later
        trigger("select", { uid: Number(name) });
      });
      if (props.replay) {
        overlay ??= pfvizOverlay(plot, props.replay);
        plot.on("plotly_afterplot", overlay.draw);
        overlay.draw();
      }
      plot.on("plotly_clickannotation", ({ annotation }) => {
        const family = /^family ?(\d*)$/.exec(annotation.name ?? "");
        if (family) trigger("select", { family: family[1] ? Number(family[1]) : null });
      });
      plot.on("plotly_relayout", remember);
      plot.on("plotly_doubleclick", reset);
    }

    if (props.keys) {
      const MOVES = { ArrowLeft: "parent", ArrowRight: "child", ArrowUp: "previous", ArrowDown: "next" };
      document.addEventListener("keydown", (event) => {
        const move = MOVES[event.key];
        if (!move || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !plot.dataset.selected) return;
        if (event.target.closest("input, textarea, select, [role=tab], [role=slider], [contenteditable]")) return;
        event.preventDefault();
        trigger("move", { move });
      });
    }
    if (props.replay) document.addEventListener("pfviz:select", ({ detail }) => (plot.dataset.selected = detail.uid ?? ""));
    new ResizeObserver(() => {
      if (drawn && plot.clientWidth && plot.clientHeight && narrow === plot.clientWidth < NARROW) Plotly.Plots.resize(plot);
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
