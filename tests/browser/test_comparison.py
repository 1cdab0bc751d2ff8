"""The comparison of the methods in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]

INSIDE = """least => {
    const plots = [...document.querySelectorAll('#methods .pane-plot')].filter((plot) => plot.clientHeight);
    const room = document.querySelector('#methods').getBoundingClientRect();
    return plots.length >= least && plots.every((plot) => {
        const box = plot.getBoundingClientRect();
        return box.height > 200 && box.left >= room.left && box.right <= room.right && box.bottom <= room.bottom;
    });
}"""
"""Whether so many plots are in sight, each as a whole."""


def open_comparison(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Methods compared").click()
    tab.page.locator("#study .main-svg").first.wait_for()


def open_figures(tab: Tab, title: str, *panes: str) -> None:
    """The tab of that title, and the panes in it, drawn."""
    tab.page.locator("#study-tabs").get_by_role("tab", name=title, exact=True).click()
    for pane in panes:
        tab.page.locator(f"#{pane} .main-svg").first.wait_for()


def test_it_opens_before_any_run_and_a_run_brings_its_own_view_back(visit: Open) -> None:
    tab = visit()
    open_comparison(tab)
    assert tab.page.get_by_role("tab", name="Methods compared").get_attribute("aria-selected") == "true"
    assert not tab.page.locator("#stage").is_visible()
    tab.page.get_by_text("held out", exact=False).first.wait_for()
    assert tab.page.evaluate(INSIDE, 1)  # one screen, nothing cut off
    open_figures(tab, "Generations that rivals need", "ratio", "ratio-vote")
    assert tab.page.evaluate(INSIDE, 2)
    open_figures(tab, "Accuracy against generations", "study")

    tab.run("2 + 2")
    tab.wait_end()
    assert tab.page.locator("#genealogy .main-svg").first.is_visible()
    assert not tab.page.locator("#methods").is_visible()
    tab.page.get_by_role("tab", name="Methods compared").click()
    assert tab.page.locator("#study .main-svg").first.is_visible()
    tab.page.get_by_role("tab", name="This run").click()
    assert tab.page.locator("#genealogy .main-svg").first.is_visible()


def test_on_a_phone_the_names_stand_below_the_curves(visit: Open) -> None:
    tab = visit(390, 844, is_mobile=True, has_touch=True)
    open_comparison(tab)
    tab.page.locator("#study .legend .legendtext", has_text="DVTS").wait_for()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_click_that_nobody_listened_to_yet_opens_its_tab_all_the_same(visit: Open) -> None:
    """As when the page is still being put together: here the first click is kept from its button."""
    tab = visit()
    once = "event => { event.stopImmediatePropagation(); window.lost = true; }"
    tab.page.evaluate(f"document.addEventListener('click', {once}, {{ capture: true, once: true }})")
    tab.page.get_by_role("tab", name="Reward lab").click()
    assert tab.page.evaluate("window.lost")
    tab.page.locator("#lab-bar").wait_for()


def test_another_study_is_shown_in_every_tab_also_in_one_that_was_open_before(visit: Open) -> None:
    tab = visit()
    open_comparison(tab)
    open_figures(tab, "By the length of the problem", "study-length")
    open_figures(tab, "Accuracy against generations", "study")
    tab.page.get_by_label("Synthetic, up to 12 steps").click()
    tab.page.get_by_text("No language model", exact=False).wait_for()
    open_figures(tab, "By the length of the problem", "study-length")
    tab.page.locator("#study-length").get_by_text("10 to 12 steps").first.wait_for()
    open_figures(tab, "Accuracy against generations", "study")
    tab.page.wait_for_function("document.querySelector('#study .pane-plot').layout.meta.run.endsWith('horizon')")
