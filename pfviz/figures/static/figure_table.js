/* A drawn Plotly figure as a table: a row for each mark that says something when it is pointed at, a heat map as its
   grid. Page and reports share it. Only text goes into the cells. */
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
    const sign = spec.startsWith("+") && value > 0 ? "+" : "";
    if (spec.endsWith("%")) return `${sign}${(100 * value).toFixed(digits)} %`;
    return sign + (spec.endsWith("f") ? value.toFixed(digits) : String(value));
  }

  /* What the hover of a mark says, line by line; nothing for a mark that cannot be pointed at. */
  function lines(trace, k) {
    if (trace.hoverinfo === "skip" || trace.hoverinfo === "none") return [];
    const at = (field) => (Array.isArray(field) || ArrayBuffer.isView(field) ? field[k] : field);
    const read = { x: at(trace.x), y: at(trace.y), z: at(trace.z), text: at(trace.text), hovertext: at(trace.hovertext) };
    const template = at(trace.hovertemplate) || (read.hovertext ? "%{hovertext}" : "");
    const words = template.replace(/%\{(\w+)(?::([^}]*))?\}/g, (_, name, spec) => format(read[name], spec));
    return plain(words).split("\n").filter(Boolean);
  }

  function marks(data) {
    const rows = [];
    for (const trace of data) {
      const many = trace.x?.length ?? 0;
      if (trace.type === "heatmap") continue;
      for (let k = 0; k < many; k++) {
        if (trace.x[k] == null || trace.y[k] == null || Number.isNaN(trace.y[k])) continue;
        const [first, ...rest] = lines(trace, k);
        if (first !== undefined) rows.push([first, rest.join(" · ")]);
      }
    }
    return rows.some((row) => row[1]) ? { head: ["mark", "what it says"], rows } : { head: ["mark"], rows: rows.map(([first]) => [first]) };
  }

  function grid(trace, layout) {
    const axis = (name) => layout[`${(trace[`${name}axis`] ?? name)[0]}axis${(trace[`${name}axis`] ?? name).slice(1)}`] ?? {};
    const label = (name, value) => {
      const place = Array.from(axis(name).tickvals ?? []).indexOf(value);
      return plain(place < 0 ? value : axis(name).ticktext?.[place] ?? value);
    };
    const height = trace.z?.length ?? 0, width = trace.z?.[0]?.length ?? 0;
    const [xs, ys] = [Array.from(trace.x ?? Array(width).keys()), Array.from(trace.y ?? Array(height).keys())];
    return {
      head: ["", ...xs.map((x) => label("x", x).replaceAll("\n", " "))],
      rows: ys.map((y, row) => [label("y", y), ...xs.map((_, k) => plain(trace.text?.[row]?.[k] ?? format(trace.z[row][k], ".3f")))]),
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
    const found = data.filter((trace) => trace.type === "heatmap" && trace.hoverinfo !== "skip").map((trace) => grid(trace, plot._fullLayout));
    const pointed = marks(data);
    return [...found, ...(pointed.rows.length ? [pointed] : [])].map((one) => table(one, caption));
  };
})();
