"""Answers of Python that overtake each other, in a real browser: the page ends where the visitor went last."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Tab
from tests.browser.test_sweeps import choose

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]

HOLD_NEXT = """() => {
  const ask = window.fetch;
  let held = false;
  window.fetch = async (...asked) => {
    const first = !held && String(asked[0]?.url ?? asked[0]).includes("queue/join");
    held ||= first;
    const answer = await ask(...asked);
    if (first) await new Promise((go) => setTimeout(go, 1000));
    return answer;
  };
}"""
"""The next thing that Python is told is heard of in the browser a second after it was answered."""


def test_of_two_particles_the_one_that_was_clicked_last_is_shown(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    tab.page.evaluate(HOLD_NEXT)
    clicked = tab.page.evaluate(
        """() => {
          window.shown = [];
          const part = document.querySelector("#particle");
          const shown = () => part.querySelector("[data-selected]").dataset.selected;
          let last = shown();
          const look = () => shown() !== last && window.shown.push((last = shown()));
          new MutationObserver(look).observe(part, { childList: true, subtree: true });
          const steps = [...part.querySelectorAll(".solution button")].slice(0, 2);
          for (const step of steps) step.click();
          return steps.map((step) => step.dataset.uid);
        }"""
    )
    tab.page.wait_for_function("() => window.shown.length > 1")
    assert tab.page.evaluate("() => window.shown") == clicked
    assert tab.selected() == clicked[-1]


def test_the_cost_of_a_method_is_that_of_what_was_typed_last(visit: Open) -> None:
    tab = visit()
    choose(tab, "Parallel tempering")
    tab.page.locator("#about-method", has_text="Several chains").wait_for()
    tab.page.evaluate(HOLD_NEXT)
    tab.page.locator("#iterations textarea, #iterations input").fill("3")
    tab.page.locator("#chains textarea, #chains input").fill("2")
    costs = tab.page.locator("#about-method")
    costs.filter(has_text="92 solutions in all").wait_for()  # 2 · (16 + 2 · 15)
    tab.page.wait_for_timeout(1500)
    assert "92 solutions in all" in costs.inner_text()
