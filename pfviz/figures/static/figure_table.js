/* A drawn Plotly figure as a table: a row for each mark that says something when it is pointed at, a heat map of words as
   its grid. Page and reports share it. Only text goes into the cells. */
(() => {
  "use strict";
  const MAX_ROWS = 500;

  const plain = (markup) => {
    const text = String(markup ?? "").replace(/<extra>.*?<\/extra>/g, "").replace(/<br\s*\/?>/gi, "\n");
    return new DOMParser().parseFromString(text, "text/html").body.textContent.trim(); // inert: nothing in it runs
  };

  function format(value, spec) {
    if (typeof value !== "number" || !spec) return String(value ?? "");
    const digits = Number(/\.(\d+)/.exec(spec)?.[1] ?? 2);
    if (spec.includes(",")) return value.toLocaleString("en", { maximumFractionDigits: digits });
    const sign = spec.startsWith("+") && value > 0 ? "+" : "";
    if (spec.endsWith("%")) return `${sign}${(100 * value).toFixed(digits)} %`;
    return sign + (spec.endsWith("f") ? value.toFixed(digits) : String(value));
  }

  const isList = (field) => Array.isArray(field) || ArrayBuffer.isView(field);

  /* What the hover of a mark says, line by line; nothing for a mark that cannot be pointed at. `path` leads to what
     belongs to it: [place], or [row, column] in a heat map. */
  function lines(trace, path, x, y) {
    if (trace.hoverinfo === "skip" || trace.hoverinfo === "none") return [];
    const at = (field) => path.reduce((found, place) => (isList(found) ? found[place] : found), field);
    const own = { x, y, z: at(trace.z), text: at(trace.text), hovertext: at(trace.hovertext), customdata: at(trace.customdata) };
    const template = at(trace.hovertemplate) || (own.hovertext ? "%{hovertext}" : "");
    const read = (name, place) => (place === undefined ? own[name] : own[name]?.[place]);
    const words = template.replace(/%\{(\w+)(?:\[(\d+)\])?(?::([^}]*))?\}/g, (_, name, place, spec) => format(read(name, place), spec));
    return plain(words).split("\n").filter(Boolean);
  }

  function* places(trace) {
    if (trace.type !== "heatmap") {
      for (let k = 0; k < (trace.x?.length ?? 0); k++) yield [[k], trace.x[k], trace.y[k]];
      return;
    }
    const [height, width] = [trace.z?.length ?? 0, trace.z?.[0]?.length ?? 0];
    for (let k = 0; k < width; k++) for (let row = 0; row < height; row++) yield [[row, k], trace.x?.[k] ?? k, trace.y?.[row] ?? row];
  }

  function marks(data) {
    const rows = [];
    for (const trace of data) {
      for (const [path, x, y] of places(trace)) {
        if (x == null || y == null || Number.isNaN(y)) continue;
        const [first, ...rest] = lines(trace, path, x, y);
        if (first !== undefined) rows.push([first, rest.join(" · ")]);
      }
    }
    return rows.some((row) => row[1]) ? { head: ["mark", "what it says"], rows } : { head: ["mark"], rows: rows.map(([first]) => [first]) };
  }

  /* A heat map whose cells hold words is a table already. */
  function grid(trace, layout) {
    const axis = (name) => layout[(trace[`${name}axis`] ?? name).replace(/^./, (letter) => `${letter}axis`)] ?? {};
    const label = (name, value) => {
      const place = Array.from(axis(name).tickvals ?? []).indexOf(value);
      return plain(place < 0 ? value : axis(name).ticktext?.[place] ?? value).replaceAll("\n", " ");
    };
    const xs = Array.from(trace.x ?? trace.text[0]?.keys() ?? []), ys = Array.from(trace.y ?? trace.text.keys());
    return {
      head: ["", ...xs.map((x) => label("x", x))],
      rows: ys.map((y, row) => [label("y", y), ...xs.map((_, k) => plain(trace.text[row]?.[k]).replaceAll("\n", " "))]).reverse(),
    };
  }

  function table({ head, rows }, caption) {
    const element = document.createElement("table");
    const add = (parent, name, text) => {
      const child = parent.appendChild(document.createElement(name));
      if (text !== undefined) child.textContent = text;
      return child;
    };
    add(element, "caption", caption);
    const heads = add(add(element, "thead"), "tr");
    for (const text of head) add(heads, "th", text).scope = "col";
    const body = add(element, "tbody");
    for (const row of rows.slice(0, MAX_ROWS)) {
      const line = add(body, "tr");
      row.forEach((text, k) => (k ? add(line, "td", text) : Object.assign(add(line, "th", text), { scope: "row" })));
    }
    if (rows.length > MAX_ROWS) {
      const cell = add(add(add(element, "tfoot"), "tr"), "td", `The first ${MAX_ROWS} of ${rows.length} rows.`);
      cell.colSpan = head.length;
    }
    return element;
  }

  /* The tables of a plot, in a list: of its marks, and of each of its heat maps. */
  window.pfvizFigureTables = function pfvizFigureTables(plot) {
    const data = (plot._fullData ?? []).filter((trace) => trace.visible === true);
    const caption = plain(plot.layout?.meta?.title ?? "");
    const found = data.filter((trace) => trace.type === "heatmap" && trace.texttemplate && trace.text?.length).map((trace) => grid(trace, plot._fullLayout));
    const pointed = marks(data);
    return [...found, ...(pointed.rows.length ? [pointed] : [])].map((one) => table(one, caption));
  };
})();
