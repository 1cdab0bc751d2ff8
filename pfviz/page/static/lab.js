/* The empty state of the lab: data-lab="naive" starts a batch, data-lab="traces" chooses files, which may be dropped on
   the lab as well. */
window.pfvizLab = function pfvizLab({ element, trigger }) {
  element.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-lab]");
    if (hit?.dataset.lab === "naive") trigger("pick", { start: "naive" });
    else if (hit) document.querySelector("#lab input[type=file]").click();
  });
  pfvizDrops("#lab");
};
