"""What stands over a picture is never cut, and how to read it is a press away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pfviz.page.render.run.tabs import TABS
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]

CUT = """() => [...document.querySelectorAll('.pane-head, .pane-head :is(h3, .lead, .pane-reads, .caption)')]
  .filter((one) => one.clientWidth && (one.scrollWidth > one.clientWidth + 1
    || getComputedStyle(one).textOverflow === 'ellipsis' || one.getBoundingClientRect().right > innerWidth + 1))
  .map((one) => one.textContent)"""


def test_no_caption_is_cut(visit: Open) -> None:
    tab = visit()
    tab.run("Compute 1 + 1")
    tab.wait_end()
    shown = tab.page.locator("#shell .caption:visible")
    for width in (1440, 1920, 768, 390):
        tab.page.set_viewport_size({"width": width, "height": 900})
        shown.nth(2).wait_for()
        assert all(shown.all_text_contents())
        assert tab.page.evaluate(CUT) == []
    tab.page.set_viewport_size({"width": 1440, "height": 900})
    for open_tab in (one for one in TABS if one.name != "sweeps"):
        tab.page.locator("#tabs").get_by_role("tab", name=open_tab.title).click()
        tab.page.locator(f"#{open_tab.name} .js-plotly-plot, #{open_tab.name} .pane-plot").first.wait_for(
            state="attached"
        )
        for width in (1440, 390):
            tab.page.set_viewport_size({"width": width, "height": 900})
            assert tab.page.evaluate(CUT) == []
        tab.page.set_viewport_size({"width": 1440, "height": 900})
    tab.page.get_by_role("tab", name="Methods compared").click()
    tab.page.locator("#study .caption:not(:empty)").wait_for()
    for width in (1440, 390):
        tab.page.set_viewport_size({"width": width, "height": 900})
        assert tab.page.evaluate(CUT) == []


def test_how_to_read_a_picture_opens_by_key_and_closes_by_escape(visit: Open) -> None:
    tab = visit()
    tab.run("Compute 1 + 1")
    tab.wait_end()
    button, text = tab.page.locator("#genealogy .reading-help"), tab.page.locator("#genealogy .reading")
    assert not text.is_visible()
    button.focus()
    tab.page.keyboard.press("Enter")
    assert text.is_visible()
    assert "Lines go from a step to the steps that continue it" in (text.text_content() or "")
    assert button.get_attribute("aria-expanded") == "true"
    assert button.get_attribute("aria-controls") == text.get_attribute("id")
    tab.page.locator("#strips .reading-help").click()  # one at a time
    assert not text.is_visible()
    assert tab.page.locator("#strips .reading").is_visible()
    tab.page.keyboard.press("Escape")
    assert not tab.page.locator("#strips .reading").is_visible()
    assert tab.page.evaluate("Boolean(document.activeElement.closest('#strips'))")
