"""Search, filter, colours and keys over the pictures."""

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


def test_search_filter_colour_and_keys(visit: Open) -> None:
    tab = visit()
    page = tab.page
    tab.run("Compute 1 + 1")
    tab.wait_end()
    before = tab.selected()
    page.locator("#genealogy .pane-plot").focus()

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "explore-text"
    page.keyboard.type("10 + 2 = 12")
    page.keyboard.press("Enter")
    matches = page.locator(".explore .matches")
    matches.wait_for()
    assert " of " in (matches.text_content() or "")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "explore-text"

    page.keyboard.press("n")
    page.wait_for_function(
        "was => document.querySelector('#genealogy .pane-plot').dataset.selected !== was", arg=before
    )
    page.locator("#particle .solution [aria-current]", has_text="10 + 2 = 12").wait_for()

    page.locator(".explore [type=reset]").click()
    matches.wait_for(state="detached")

    page.locator(".explore [name=colour]").select_option("family")
    page.locator("#genealogy .caption", has_text="colour = family").wait_for()

    page.locator("#genealogy .pane-plot").focus()
    page.keyboard.press("?")
    page.locator("dialog.keys[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog.keys[open]").wait_for(state="hidden")


def test_an_answer_that_is_clicked_filters_and_is_let_go_again(visit: Open) -> None:
    tab = visit()
    tab.run("Compute 1 + 1")
    tab.wait_end()
    tab.page.locator("#tabs").get_by_role("tab", name="Answers").click()
    bar = tab.page.locator("#answers .bars .point path").first
    bar.wait_for()
    bar.click(force=True)
    tab.page.locator(".explore .matches").wait_for()
    assert (tab.page.locator(".explore [name=show]").input_value()).startswith("answer ")
