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


def open_comparison(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Methods compared").click()
    for pane in ("study", "ratio", "ratio-vote"):
        tab.page.locator(f"#{pane} .main-svg").first.wait_for()


def test_it_opens_before_any_run_and_a_run_brings_its_own_view_back(visit: Open) -> None:
    tab = visit()
    open_comparison(tab)
    assert tab.page.get_by_role("tab", name="Methods compared").get_attribute("aria-selected") == "true"
    assert not tab.page.locator("#stage").is_visible()
    tab.page.get_by_text("held out", exact=False).first.wait_for()
    inside = tab.page.evaluate("""() => [...document.querySelectorAll('#methods .pane-plot')].every((plot) => {
        const [box, room] = [plot.getBoundingClientRect(), document.querySelector('#methods').getBoundingClientRect()];
        return box.height > 200 && box.left >= room.left && box.right <= room.right && box.bottom <= room.bottom;
    })""")
    assert inside  # one screen, nothing cut off

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
