/* The address follows what is looked at, quietly: the run, the particle and the view, so that it can be copied and
   reloaded. The server says which run and particle (data-link); an address that names neither is left alone. */
(() => {
  if (window.pfvizLink) return;
  const NAMES = ["run", "sweep", "step", "particle", "view"];
  const SHOWN = 2200; // milliseconds for which it is said that the link was copied
  const LATER = 400; // milliseconds between two clicks on a tab that does not listen yet
  const said = Object.assign(document.createElement("span"), { className: "link-said", role: "status" });
  let place = "";

  function address() {
    const found = new URL(location.href);
    for (const name of NAMES) found.searchParams.delete(name);
    for (const [name, value] of new URLSearchParams(place)) found.searchParams.set(name, value);
    const view = document.body.dataset.view ?? "run";
    if (view !== "run") found.searchParams.set("view", view);
    found.search = found.search.replaceAll("%3A", ":");
    return found.href;
  }

  function follow() {
    if (address() !== location.href) history.replaceState(history.state, "", address());
  }

  function say(text) {
    const button = document.querySelector("#copy-link");
    button.dataset.said = said.textContent = text;
    setTimeout(() => delete button.dataset.said, SHOWN);
  }

  async function write(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.createElement("textarea"), { value: text }); // a page without https
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  window.pfvizCopyLink = async function pfvizCopyLink() {
    if (!place) return say("This run is not stored: keep it in Runs first");
    follow();
    try {
      await write(address());
      say("Link copied");
    } catch {
      say("Copy the address of this page");
    }
  };

  function openView(view, tries = 40) {
    const tab = [...document.querySelectorAll("[data-view][role=tab]")].find((one) => one.dataset.view === view);
    if (tab?.getAttribute("aria-selected") === "true" || !tries) return;
    tab?.click();
    setTimeout(() => openView(view, tries - 1), LATER);
  }

  window.pfvizLink = function pfvizLink({ element, watch }) {
    const wanted = new URLSearchParams(location.search).get("view");
    watch("value", () => {
      place = element.querySelector("[data-link]")?.dataset.link ?? "";
      follow();
    });
    document.body.append(said);
    if (wanted && wanted !== "run") openView(wanted);
    new MutationObserver(() => follow()).observe(document.body, { attributeFilter: ["data-view"] });
  };
})();
