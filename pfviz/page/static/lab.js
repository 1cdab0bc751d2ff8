/* The empty state of the lab: data-lab="naive" starts a batch, data-lab="traces" chooses files. Files that are dropped
   anywhere on the lab go the way of its upload button. */
window.pfvizLab = function pfvizLab({ element, trigger }) {
  const files = () => document.querySelector("#lab input[type=file]");
  element.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-lab]");
    if (hit?.dataset.lab === "naive") trigger("pick", { start: "naive" });
    else if (hit) files().click();
  });
  const view = document.querySelector("#lab");
  const dragged = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    view.addEventListener(name, (event) => {
      if (!dragged(event)) return;
      event.preventDefault();
      view.classList.toggle("drop", name === "dragenter" || name === "dragover");
      if (name !== "drop") return;
      const input = files();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  view.dataset.drops = "";
};
