"""Every picture of a run and of the comparison is a table, a click away."""

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


def table_of(tab: Tab, part: str) -> str:
    """Press the button of a picture, read its table, and press it again."""
    pane = tab.page.locator(f"#{part}")
    pane.locator(".main-svg").first.wait_for()
    button = pane.locator(".as-table")
    button.click()
    pane.locator(".pane-table tbody tr").first.wait_for()
    assert button.get_attribute("aria-expanded") == "true"
    assert not pane.locator(".pane-plot").is_visible()
    text = str(pane.locator(".pane-table").inner_text())
    assert "%{" not in text
    assert "undefined" not in text
    button.click()
    pane.locator(".pane-plot").wait_for()
    return text


def test_every_picture_of_a_run_is_a_table_too(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    found = {part: table_of(tab, part) for part in ("genealogy", "strips")}
    for name in ("Weights", "Resampling", "Answers", "Rewards"):
        tab.page.get_by_role("tab", name=name, exact=True).click()
        found[name.lower()] = table_of(tab, name.lower())
    assert "step 1 · particle 0" in found["genealogy"]
    assert "distinct ancestors" in found["strips"]
    assert all("weight" in found[name] for name in ("weights", "resampling", "rewards"))
    assert "best reward" in found["answers"]


def test_what_a_model_wrote_is_text_in_the_table(visit: Open) -> None:
    tab = visit()
    tab.run("hostile")
    tab.wait_end()
    assert "<script>" in table_of(tab, "genealogy")
    assert tab.page.locator(".pane-table :is(script, img, a)").count() == 0
    assert tab.page.evaluate("window.pwned") is None


def test_the_tables_of_the_comparison_have_the_words_of_the_cells(visit: Open) -> None:
    tab = visit()
    tab.page.get_by_role("tab", name="Methods compared").click()
    assert "Particle filtering, N = 16" in table_of(tab, "study")
    tab.page.get_by_role("tab", name="Generations that rivals need").click()
    ratios = table_of(tab, "ratio")
    assert "N = 16" in ratios
    assert "×" in ratios
