/* The tour over the first recorded run, and its one replay by itself when the page opens.

   A card is data (pfviz/stories/tour.py): what it lights, what is played, and what takes the reader on. Its place is in the
   address (?tour=3) and in the tab's storage, so a reload or a later press goes on from there. */
(() => {
  "use strict";
  const READING = 1900; // milliseconds between the end of what is played and the next card
  const PLACE = "pfviz-tour";
  const replay = () => window.pfvizReplay;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function remember(number) {
    const address = new URL(location.href);
    if (number) address.searchParams.set("tour", number);
    else address.searchParams.delete("tour");
    history.replaceState(history.state, "", address);
    try {
      if (number) sessionStorage.setItem(PLACE, number);
    } catch {}
  }

  function remembered() {
    try {
      return Number(sessionStorage.getItem(PLACE)) || 1;
    } catch {
      return 1;
    }
  }

  /* Calls back when something is there; gives up after a minute. */
  function whenThere(find, found, tries = 600) {
    const it = find();
    if (it) found(it);
    else if (tries) setTimeout(() => whenThere(find, found, tries - 1), 100);
  }

  window.pfvizTour = function pfvizTour({ element }) {
    const card = element.querySelector(".tour");
    const $ = (name) => card.querySelector(`.tour-${name}`);
    const cards = [...card.querySelectorAll("ol > li")].map((item) => ({ ...item.dataset, sentence: item.textContent }));
    const potentials = JSON.parse(card.dataset.potentials);
    const isOpen = () => document.querySelector(`#hero [data-story-open="${card.dataset.storyName}"]`);
    const light = document.createElement("div");
    light.className = "tour-light";
    light.hidden = true;
    document.body.append(light, card); // fixed, whatever stands around it
    let at = 0; // the open card, from 1; 0: none
    let [timer, watcher] = [0, 0];
    let [before, chosen] = [null, null];

    function open(number) {
      const now = cards[number - 1];
      if (!now) return close();
      clearTimeout(timer);
      if (!at) before = document.activeElement;
      at = number;
      chosen = null;
      remember(at);
      card.hidden = light.hidden = false;
      $("place").textContent = `${at} of ${cards.length}`;
      $("sentence").textContent = now.sentence;
      $("said").textContent = "";
      $("ghost").hidden = now.name !== "ghost";
      $("tau").hidden = now.goal !== "tau";
      card.querySelector('[data-tour-do="back"]').disabled = at === 1;
      card.querySelector('[data-tour-do="next"]').textContent = at === cards.length ? "Done" : "Next";
      const target = document.querySelector(now.target);
      target?.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
      place();
      clearInterval(watcher);
      watcher = setInterval(place, 150);
      card.querySelector('[data-tour-do="next"]').focus({ preventScroll: true });
      play(now);
      if (now.goal === "tau") weigh();
      if (Number(now.wait)) timer = setTimeout(next, 1000 * now.wait);
    }

    function play(now) {
      if (now.from === "" || !replay()?.run) return;
      replay().pause();
      replay().seek(Number(now.from));
      if (now.to === "") return;
      if (!still.matches) return replay().play();
      replay().seek(Number(now.to));
    }

    /* The light lies around the part, and the card where it hides none of it. */
    function place() {
      const target = document.querySelector(cards[at - 1]?.target);
      const box = target?.getBoundingClientRect();
      light.hidden = !box?.width;
      if (!box?.width) return;
      const [top, bottom] = [Math.max(4, box.top - 4), Math.min(innerHeight - 4, box.bottom + 4)];
      Object.assign(light.style, { left: `${box.left - 4}px`, top: `${top}px`, width: `${box.width + 8}px`, height: `${Math.max(8, bottom - top)}px` });
      card.dataset.at = innerHeight - box.bottom > box.top || box.bottom < innerHeight - card.offsetHeight - 24 ? "bottom" : "top";
    }

    function close() {
      clearTimeout(timer);
      clearInterval(watcher);
      if (at && replay()?.run) replay().pause();
      at = 0;
      remember(0);
      card.hidden = light.hidden = true;
      if (before?.isConnected) before.focus({ preventScroll: true });
    }

    const next = () => open(at + 1);
    const soon = () => {
      clearTimeout(timer);
      if (!still.matches) timer = setTimeout(next, READING);
    };

    function start(number) {
      if (!isOpen()) document.querySelector(`#gallery [data-story="${card.dataset.storyName}"]`)?.click();
      whenThere(() => isOpen() && document.querySelector("#genealogy .main-svg"), () => open(Math.min(cards.length, Math.max(1, number || 1))));
    }

    /* The shares of the first step under another tau, as they would be at once. */
    function weigh() {
      const tau = 10 ** Number(card.querySelector("input").value);
      const step = Math.max(1, replay()?.stepAt?.(replay().position) ?? 1);
      const row = potentials[Math.min(step, potentials.length) - 1];
      const most = Math.max(...row);
      const raw = row.map((value) => Math.exp((value - most) / tau));
      const sum = raw.reduce((total, value) => total + value, 0);
      const shares = raw.map((value) => value / sum);
      const [top, N] = [Math.max(...shares), row.length];
      const ess = 1 / shares.reduce((total, value) => total + value * value, 0);
      const bars = shares.map((share) => {
        const bar = document.createElement("i");
        bar.style.height = `${Math.max(2, (100 * share) / Math.max(top, 0.25))}%`;
        return bar;
      });
      $("shares").replaceChildren(...bars);
      card.querySelector("output").textContent = tau < 0.1 ? tau.toFixed(3) : tau.toFixed(2);
      card.querySelector("#tour-tau-said").textContent = `Step ${step}: the heaviest would get ${(N * top).toFixed(1)} of ${N} places; about ${ess.toFixed(1)} of the ${N} would count.`;
    }

    card.addEventListener("click", ({ target }) => {
      const wanted = target.closest("[data-tour-do]")?.dataset.tourDo;
      if (wanted === "skip") close();
      else if (wanted === "back") open(at - 1);
      else if (wanted === "next") next();
    });
    card.querySelector("input").addEventListener("input", weigh);
    card.querySelector("input").addEventListener("change", () => at && ($("said").textContent = "Nothing was run again: these are the recorded scores."));
    document.addEventListener("keydown", (event) => {
      if (!at || event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
    document.addEventListener("click", ({ target }) => {
      if (target.closest?.(".tour-start")) start(remembered());
      if (target.closest?.("#gallery [data-story]")) document.querySelector("#bar").scrollIntoView({ block: "start" }); // it is drawn up there
      if (at && cards[at - 1].goal === "run" && target.closest?.("#run")) close();
    });
    document.addEventListener("pfviz:moment", ({ detail }) => {
      const now = cards[at - 1];
      if (!now || now.to === "" || detail.p < Number(now.to) - 1e-6) return;
      if (detail.playing) {
        replay().pause();
        replay().seek(Number(now.to));
      }
      if (now.goal === "moment") soon();
    });
    document.addEventListener("pfviz:select", ({ detail }) => {
      const now = cards[at - 1];
      if (now?.goal !== "choice" || detail.uid == null || chosen !== null) return;
      chosen = detail.uid;
      const run = replay()?.run;
      if (now.name === "guess" && run) {
        const slot = detail.uid % run.N;
        const copies = run.ancestors.slice(0, run.N).filter((ancestor) => ancestor === slot).length;
        $("said").textContent = `Particle ${slot + 1} gets ${copies === 1 ? "one copy" : copies ? `${copies} copies` : "none: it dies"}.`;
      }
      soon();
    });

    /* On a phone the pictures stand over the form: a run that begins is brought into view. */
    document.addEventListener("pfviz:run", () => {
      const stage = document.querySelector("#stage");
      if (replay().run?.running && replay().run.T === 1 && innerWidth <= 760) stage?.scrollIntoView({ block: "start" });
    });

    /* The page opens: the tour where the address says so, else the recorded run plays once by itself. */
    const wanted = new URLSearchParams(location.search).get("tour");
    whenThere(() => isOpen() && replay()?.run && document.querySelector("#genealogy .main-svg"), () => {
      if (at || wanted || still.matches || document.hidden || replay().playing || replay().position < replay().run.T) return;
      replay().seek(0);
      replay().play();
    });
    if (wanted) whenThere(() => document.querySelector("#gallery [data-story]"), () => start(Number(wanted)));
  };
})();
