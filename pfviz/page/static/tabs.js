/* A tab that is clicked while the page is still being put together does not open: nobody listens yet. Whoever clicked
   has seen the tab and means it, so it is clicked for them again, until it is open or something else is clicked. */
(() => {
  const PAUSE = 400; // milliseconds: longer than a tab usually takes to open
  const TRIES = 20;
  const NAMES = ["data-view", "data-tab-id"];
  let last = 0;
  document.addEventListener(
    "click",
    (event) => {
      if (!event.isTrusted) return;
      const number = ++last;
      const tab = event.target instanceof Element ? event.target.closest("[role=tab]") : null;
      const name = tab && NAMES.find((one) => tab.hasAttribute(one));
      if (!name) return;
      const place = `[role=tab][${name}="${CSS.escape(tab.getAttribute(name))}"]`;
      let tries = 0;
      const look = () => {
        const now = document.querySelector(place);
        if (number !== last || !now || now.getAttribute("aria-selected") === "true" || ++tries > TRIES) return;
        now.click();
        setTimeout(look, PAUSE);
      };
      setTimeout(look, PAUSE);
    },
    true,
  );
})();
