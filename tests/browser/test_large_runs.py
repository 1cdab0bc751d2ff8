"""Long and large runs from a file: the inspector shows its selection, a family opens and closes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Tab
from tests.traces import synthetic_trace

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
# What of the selected step, and of the particle's name above it, is in view.
IN_VIEW_JS = """() => {
  const inspector = document.querySelector('#inspector').getBoundingClientRect();
  const inside = (box, outer) => box.height > 0 && box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1;
  const step = document.querySelector('#particle [aria-current]');
  if (!step) return null;
  const list = step.closest('ol').getBoundingClientRect(), box = step.getBoundingClientRect();
  const head = document.querySelector('#particle .insp-head').getBoundingClientRect();
  return inside(box, list) && list.top < inspector.bottom && inside(head, inspector) ? step.dataset.uid : null;
}"""


def open_trace(tab: Tab, path: Path, particles: int, steps: int) -> None:
    """Bring a trace of so many particles and steps, as no other run of the page has."""
    synthetic_trace(particles, steps).save(path)
    with tab.page.expect_file_chooser() as asking:
        tab.page.locator("button#open").click()
    asking.value.set_files(path)
    tab.page.locator("#genealogy h3", has_text=f"of {particles} first steps").wait_for()
    tab.page.wait_for_function(
        "steps => document.querySelector('#genealogy .pane-plot').dataset.steps === steps", arg=str(steps)
    )


def test_the_inspector_of_a_long_run_shows_what_is_selected(visit: Open, tmp_path: Path) -> None:
    tab = visit()
    for _ in range(2):  # the first trace of a page, and one after it
        open_trace(tab, tmp_path / "run.json", 9, 50)
        tab.page.wait_for_function(f"selected => ({IN_VIEW_JS})() === selected", arg=tab.selected())
        tab.page.locator("#particle .solution button").nth(4).click()
        tab.page.locator("#particle p", has_text="Step 5 of 50").wait_for()
        tab.page.wait_for_function(f"selected => ({IN_VIEW_JS})() === selected", arg=tab.selected())


def test_a_family_of_a_large_run_opens_and_closes(visit: Open, tmp_path: Path) -> None:
    tab = visit()
    open_trace(tab, tmp_path / "run.json", 300, 8)
    title = tab.page.locator("#genealogy h3")
    tab.page.locator("#genealogy .annotation-text", has_text="×").first.click()
    title.filter(has_text="The family of particle").wait_for()
    tab.page.locator("#genealogy .annotation-text", has_text="all").click()
    title.filter(has_text="of 300 first steps").wait_for()


def test_a_survivor_of_a_large_run_is_inspected_at_a_click(visit: Open, tmp_path: Path) -> None:
    tab = visit()
    open_trace(tab, tmp_path / "run.json", 300, 8)
    uid = tab.page.evaluate(
        """() => {
          const plot = document.querySelector('#genealogy .pane-plot');
          return plot._fullData.find((one) => one.name === 'steps').customdata[0][0];
        }"""
    )
    tab.click_node(uid)
    tab.wait_selected(str(uid))
    tab.page.locator("#particle h3", has_text=f"Particle {uid % 300}").wait_for()
