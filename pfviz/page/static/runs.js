/* The stored runs: what is clicked and typed in their view. data-stored says what a button does: "open", "resume",
   "star", "edit", "delete", "restore", "more", "keep"; with the selected ones "compare", "diagnose", "delete-chosen" and
   "clear". A selection outlives every redraw, and the focus returns to the control that was used. */
(() => {
  if (window.pfvizRuns) return;
  const TYPING_PAUSE = 250; // milliseconds after the last letter
  const LOOK_AGAIN = 5000; // milliseconds, while a run goes on
  const chosen = new Set();
  const all = (place) => [...document.querySelectorAll(`#runs ${place}`)];
  const one = (place) => document.querySelector(`#runs ${place}`);
  const field = (name) => one(`[name=${name}]`);
  let [role, typing] = ["", 0];

  function readFilter() {
    const found = { do: "filter", starred: Boolean(field("starred")?.checked) };
    for (const name of ["query", "status", "method", "tag", "sort"]) found[name] = field(name)?.value ?? "";
    return found;
  }

  function showChosen() {
    const bar = one(".stored-chosen");
    if (!bar) return;
    for (const box of all("[name=chosen]")) box.checked = chosen.has(box.value);
    bar.hidden = !chosen.size;
    bar.querySelector("b").textContent = `${chosen.size} selected`;
  }

  function toggleForm(row) {
    const form = row.querySelector("form");
    form.hidden = !form.hidden;
    row.querySelector(".acts [data-stored=edit]").setAttribute("aria-expanded", String(!form.hidden));
    (form.hidden ? row.querySelector(".acts [data-stored=edit]") : form.querySelector("input")).focus();
  }

  window.pfvizRuns = function pfvizRuns({ element, trigger, watch }) {
    const ACTIONS = {
      open: (runs) => (pfvizView("run"), trigger("select", { runs })),
      resume: (runs) => (pfvizView("run"), trigger("resume", { runs })),
      star: (runs, hit) => trigger("pick", { do: "star", runs, on: hit.getAttribute("aria-pressed") !== "true" }),
      edit: (runs, hit) => toggleForm(hit.closest("li")),
      delete: (runs) => (runs.forEach((run) => chosen.delete(run)), trigger("pick", { do: "delete", runs })),
      restore: (runs, hit) => trigger("pick", { do: "restore", runs: hit.dataset.runs.split(" ") }),
      more: () => trigger("pick", { do: "more" }),
      keep: () => trigger("pick", { do: "keep" }),
      compare: () => (pfvizView("compare"), trigger("compare", { runs: [...chosen] }), chosen.clear()),
      diagnose: () => (pfvizView("lab"), trigger("diagnose", { runs: [...chosen] }), chosen.clear()),
      "delete-chosen": () => (trigger("pick", { do: "delete", runs: [...chosen] }), chosen.clear()),
      clear: () => chosen.clear(),
    };
    element.addEventListener("click", (event) => {
      const hit = event.target.closest("[data-stored]");
      if (!hit) return;
      const row = hit.closest("li");
      role = hit.dataset.role ?? "";
      if (hit.dataset.stored === "delete") {
        const next = row.nextElementSibling ?? row.previousElementSibling;
        role = next?.querySelector(".open").dataset.role ?? "";
      }
      ACTIONS[hit.dataset.stored](row ? [row.dataset.run] : [], hit);
      showChosen();
    });
    element.addEventListener("change", ({ target }) => {
      if (target.name === "chosen") {
        chosen[target.checked ? "add" : "delete"](target.value);
        showChosen();
      } else if (["starred", "status", "method", "tag", "sort"].includes(target.name)) {
        role = target.dataset.role ?? "";
        trigger("pick", readFilter());
      }
    });
    element.addEventListener("input", ({ target }) => {
      if (target.name !== "query") return;
      clearTimeout(typing);
      typing = setTimeout(() => trigger("pick", readFilter()), TYPING_PAUSE);
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const row = event.target.closest("li");
      role = row.querySelector(".acts [data-stored=edit]").dataset.role;
      trigger("pick", { do: "edit", runs: [row.dataset.run], ...Object.fromEntries(new FormData(event.target)) });
    });
    element.addEventListener("keydown", (event) => {
      const form = event.key === "Escape" && event.target.closest("li form");
      if (form) toggleForm(form.closest("li"));
    });
    watch("value", () => {
      showChosen();
      const again = role && element.querySelector(`[data-role="${CSS.escape(role)}"]`);
      if (again) again.focus({ preventScroll: true });
      if (again) role = "";
    });
    if (element.querySelector(".stored-bar")) {
      let before = false; // at the last look a run went on, which may have ended since
      setInterval(() => {
        const now = Boolean(one("[data-status=running]") ?? document.querySelector("button#stop:not([disabled])"));
        const isShown = document.body.dataset.view === "runs" && !document.hidden && !one("form:not([hidden])");
        if (isShown && (now || before)) {
          role = document.activeElement?.closest("#runs [data-role]")?.dataset.role ?? "";
          trigger("pick", { do: "refresh" });
        }
        before = now;
      }, LOOK_AGAIN);
    }
  };
})();
