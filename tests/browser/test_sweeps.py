"""Methods of several iterations and chains in a real browser; a stopped run that goes on."""

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


def choose(tab: Tab, method: str) -> None:
    tab.page.locator("#method input").click()
    tab.page.get_by_role("option", name=method, exact=True).click()


def test_iterations_and_chains_are_looked_through(visit: Open) -> None:
    tab = visit()
    assert tab.page.locator("#chains").count() == 0
    choose(tab, "Parallel tempering")
    tab.page.locator("#iterations textarea, #iterations input").fill("3")
    tab.page.locator("#chains textarea, #chains input").fill("2")
    tab.page.locator("#about-method", has_text="92 solutions in all").wait_for()  # 2 · (16 + 2 · 15)
    tab.run("2 + 2")
    tab.wait_end()
    buttons = tab.page.locator("#sweep .sweeps button")
    assert buttons.count() == 6
    assert buttons.nth(5).get_attribute("aria-current") == "true"

    tab.page.locator("#sweep [data-sweep='2']").click()  # the second iteration of the first chain
    tab.page.locator("#sweep [data-sweep='2'][aria-current]").wait_for()
    words = "document.querySelector('#genealogy .pane-plot').layout.annotations.map((note) => note.text)"
    tab.page.wait_for_function(
        f"() => {{ const words = {words}; return words.includes('pinned') && words.includes('kept'); }}"
    )

    tab.page.get_by_role("tab", name="Iterations").click()
    tab.page.locator("#sweeps .main-svg").first.wait_for()
    place = tab.page.wait_for_function(
        """() => {
          const plot = document.querySelector('#sweeps .pane-plot'), layout = plot._fullLayout;
          const marks = (plot._fullData ?? []).find((trace) => trace.name === 'kept');
          if (!marks) return null;
          const box = plot.getBoundingClientRect(), [x, y] = [layout.xaxis, layout.yaxis];
          return [box.x + x._offset + x.c2p(marks.x[0]), box.y + y._offset + y.c2p(marks.y[0])];
        }"""
    ).json_value()
    tab.page.mouse.move(*place)
    tab.page.mouse.click(*place)
    tab.page.locator("#sweep [data-sweep='0'][aria-current]").wait_for()

    choose(tab, "Particle filtering")
    tab.run("2 + 2")
    tab.page.locator("#sweep .sweeps").wait_for(state="detached")
    tab.wait_end()
    tab.page.get_by_role("tab", name="Iterations").wait_for(state="hidden")


def test_a_stopped_run_goes_on(visit: Open, gate: Event) -> None:
    tab = visit()
    tab.run("2 + 2 held")
    tab.wait_steps(2)
    assert not tab.page.locator("button#resume").is_visible()
    tab.page.locator("button#stop").click()
    tab.page.locator(".progress.done", has_text="Stopped").wait_for()
    gate.set()
    tab.page.locator("button#resume").click()
    tab.page.locator(".progress.done", has_text="Finished").wait_for()
    tab.wait_steps(4)
    tab.page.locator("button#resume").wait_for(state="hidden")
    tab.page.locator("#answer .answer .value").wait_for()
