/* Files that are dropped anywhere on a view go the way of its upload button, which may stand elsewhere. */
window.pfvizDrops = function pfvizDrops(place, tools = place) {
  const view = document.querySelector(place);
  const dragged = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    view.addEventListener(name, (event) => {
      if (!dragged(event)) return;
      event.preventDefault();
      view.classList.toggle("drop", name === "dragenter" || name === "dragover");
      if (name !== "drop") return;
      const input = document.querySelector(`${tools} input[type=file]`);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  view.dataset.drops = "";
};
