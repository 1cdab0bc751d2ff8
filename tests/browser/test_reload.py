"""A reload of the page, in a real browser: the tab finds its run again, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]


def test_a_reload_finds_the_run_and_where_one_looked(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    tab.click_node(3)
    tab.wait_selected("3")
    answer = tab.page.locator("#answer .answer").inner_text()
    tab.page.locator("#compare-this").click()
    compared = tab.page.locator("#compare-cards [data-compare=open]")
    compared.wait_for()
    tab.page.locator("#views [data-view=run]").click()
    for _ in range(2):
        tab.reload()
        tab.wait_steps(5)
        tab.wait_selected("3")
        assert tab.page.locator("#problem textarea").input_value() == "2 + 2"
        assert tab.page.locator("#answer .answer").inner_text() == answer
        compared.wait_for(state="attached")
        assert compared.count() == 1
    other = visit()
    other.page.wait_for_function("sessionStorage.getItem('pfviz-tab')")
    assert other.page.locator("#hero .story").is_visible()
    assert other.page.evaluate("sessionStorage.getItem('pfviz-tab')") != tab.page.evaluate(
        "sessionStorage.getItem('pfviz-tab')"
    )
    tab.run("3 + 3")  # and the page is usable
    tab.wait_end()


def test_a_reload_during_a_run_finds_what_was_recorded_and_the_run_goes_on_from_there(visit: Open, gate: Event) -> None:
    tab = visit()
    tab.run("2 + 2 held")
    tab.wait_steps(2)
    tab.reload()
    tab.wait_steps(2)
    gate.set()
    tab.page.locator("button#resume:not([disabled])").click()
    tab.wait_steps(5)
    tab.wait_end()
