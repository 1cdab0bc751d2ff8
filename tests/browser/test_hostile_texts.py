"""Texts that would spread over the page, in a real browser: each stays in its box, and the others can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import pfviz
from pfviz.trace import Trace
from tests.browser.conftest import PATIENCE, Tab
from tests.browser.fake_pair import FakeGenerator, FakeReward

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
TEX = (
    r"\rule{9999em}{9999em}",
    r"\hspace{9999em}x\hspace{-9999em}y",
    r"\kern-99em x \moveleft 99em y",
    r"\mathrlap{\rule{99em}{99em}}\llap{xxxxxxxxxxxxxxxxxxxxxx}",
    r"a \above 99em b",
    r"\Huge{\Huge{\Huge{x}}}",
    r"\begin{matrix}" + r"a\\" * 120 + r"\end{matrix}",
    r"\begin{matrix}" + "a&" * 150 + r"\end{matrix}",
    r"\frac{1}{" * 35 + "x" + "}" * 35,
    r"x^{" * 35 + "x" + "}" * 35,
    r"\def\a{\a\a}\a",
    "x" * 590,
)
CODE = "```python\n" + "y = 2 * 3 - 1  # " + "z" * 400 + "\n\nx = 1\n" * 60 + "```"
HOSTILE = "\n".join([*(f"${tex}$" for tex in TEX), "Z" + "\u0301" * 2000, CODE, "$" + r"\rule{9em}{9em}" * 30 + "$"])


def make_trace() -> Trace:
    """A run whose second step holds all of it, in every particle, and whose answers do too."""
    run = pfviz.run("Compute 2 + 2", generator=FakeGenerator(0.0), reward=FakeReward(), particles=4, seed=1)  # type: ignore[arg-type]
    texts = [list(row) for row in run.texts]
    texts[1] = [HOSTILE] * run.particles
    texts[-1] = [rf"So \boxed{{{TEX[0]}}}." for _ in texts[-1]]
    return replace(run, texts=tuple(map(tuple, texts)))


@pytest.fixture(scope="module")
def hostile_run() -> Trace:
    return make_trace()


MEASURE = """path => {
  const steps = [...document.querySelectorAll(path)];
  const scroller = steps[0].closest('.scroller, aside') ?? document.scrollingElement;
  const column = scroller.getBoundingClientRect();
  return steps.map((step) => {
    step.scrollIntoView({ block: 'nearest' });
    const box = step.getBoundingClientRect();
    const text = step.querySelector('.text').getBoundingClientRect();
    const hit = document.elementFromPoint(text.x + 12, text.y + 8);
    return {
      seen: step.contains(hit),
      inside: box.left >= column.left - 1 && box.right <= column.right + 1 && text.right <= box.right + 1,
      height: box.height,
      width: document.scrollingElement.scrollWidth - innerWidth,
    };
  });
}"""


def check(measured: list[dict[str, Any]], height: int) -> None:
    assert len(measured) >= 4
    for step in measured:
        assert step["seen"], measured
        assert step["inside"], measured
        assert 0 < step["height"] < height
        assert step["width"] <= 0


def test_every_step_of_the_inspector_can_be_seen_and_clicked(visit: Open, hostile_run: Trace, tmp_path: Path) -> None:
    hostile_run.save(tmp_path / "run.json")
    tab = visit()
    tab.page.locator("input[type=file]").first.set_input_files(tmp_path / "run.json")
    tab.page.locator("#inspector .solution li").nth(3).wait_for()
    check(tab.page.evaluate(MEASURE, "#inspector .solution button"), 900)
    code = tab.page.locator("#inspector code.listing")
    assert "y = 2 * 3 - 1  # z" in code.inner_text()
    for place in (3, 2, 1, 0):  # a step that is chosen is the last one shown
        tab.page.locator("#inspector .solution button").nth(place).click(position={"x": 6, "y": 6})
        tab.page.locator(f"#inspector .solution li:nth-child({place + 1}) [aria-current]").wait_for()


def test_every_step_of_a_report_can_be_seen(browser: Browser, hostile_run: Trace, tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(pfviz.to_html(hostile_run), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto((tmp_path / "run.html").as_uri())
    page.locator("#path li").nth(3).wait_for()
    check(page.evaluate(MEASURE, "#path button"), 900)
    page.close()
