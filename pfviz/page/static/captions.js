/* The question mark beside a picture or a table: a press shows how to read it, Escape and a press elsewhere hide it. One
   listener for all of them, so that it outlives every redraw. */
(() => {
  if (window.pfvizCaptions) return;
  window.pfvizCaptions = true;
  let number = 0;
  const textOf = (button) => button.parentElement.querySelector(".reading");
  const opened = () => document.querySelector(".reading-help[aria-expanded=true]");

  function show(button, open) {
    const text = textOf(button);
    text.id ||= `reading-${++number}`;
    text.hidden = !open;
    button.setAttribute("aria-controls", text.id);
    button.setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const pressed = event.target.closest(".reading-help");
    const before = opened();
    if (before && before !== pressed && !textOf(before).contains(event.target)) show(before, false);
    if (pressed) show(pressed, pressed !== before);
  });
  document.addEventListener("keydown", (event) => {
    const button = opened();
    if (event.key !== "Escape" || !button) return;
    show(button, false);
    button.focus();
    event.stopImmediatePropagation();
  });
})();
