"""The view "Compare" in a real browser, over the fake pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pfviz.page import Page as Demo
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

FIGURES = ("compare-genealogies", "compare-answers", "compare-ess", "compare-cost")


@pytest.fixture(autouse=True)
def fake_pair_is_offered(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake pair has names that no menu knows."""
    monkeypatch.setattr(type(demo.engine.menu), "check_allowed", lambda *_: None)


def test_one_click_compares_this_run_with_its_rivals_and_a_click_opens_one(visit: Callable[..., Tab]) -> None:
    tab = visit(390, 844)
    page = tab.page
    page.get_by_role("tab", name="Compare", exact=True).click()
    page.locator(".compare-empty [data-compare=rivals]").click(trial=True)  # nothing lies over it
    tab.run("Compute 10 + 10")
    tab.wait_end()
    page.get_by_role("button", name="Add to Compare").click()
    page.locator("#compare-cards li").wait_for()
    page.locator("button#compare-rivals:not([disabled])").click()
    page.locator("#compare .lab-progress.done", has_text="2 of 2 rivals").wait_for()
    assert page.locator("#compare-cards li .open b").all_inner_texts()[::2] == [
        "Particle filtering",
        "Best of 16",
        "DVTS",
    ]
    for figure in FIGURES:
        page.locator(f"#{figure} .main-svg").first.wait_for()
    assert page.locator("#compare-genealogies .subplot").count() == 3
    assert page.locator("#compare-table thead th").all_inner_texts() == ["Particle filtering", "Best of 16", "DVTS"]
    assert page.locator("#compare-table tr", has_text="Method").locator("td").count() == 3
    too_wide = """() => [...document.querySelectorAll('#bar *, #compare > *, #compare-body > *, #compare-cards *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
      .map((one) => one.id || one.className || one.tagName)"""
    assert page.evaluate(too_wide) == []

    box = page.locator("#compare-genealogies .subplot.x2y2, #compare-genealogies .x2y2").first
    box.scroll_into_view_if_needed()
    page.locator("#compare-genealogies .nsewdrag[data-subplot=x2y2]").click(position={"x": 150, "y": 20})
    page.locator("#stage").wait_for()
    page.locator(
        "#genealogy .pane-head h3", has_text="16 of 16 first steps live on"
    ).wait_for()  # best-of-N kills nobody
    page.get_by_role("tab", name="Compare", exact=True).click()
    page.get_by_role("button", name="Remove DVTS").click()
    page.locator("#compare-cards [data-runs='2']").wait_for()
