"""axe-core finds nothing serious on any view, in light and dark, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Thousands of marks of a plot have no text of their own, and each would be looked at.
RUN_AXE = "only => axe.run({exclude: [['.main-svg']]}, {resultTypes: ['violations'], ...(only && {runOnly: only})})"
SERIOUS = ("serious", "critical")
# A colour that is still fading in has another contrast.
NO_FADES = "*, ::before, ::after { transition: none !important; animation: none !important; }"


def prepare(tab: Tab) -> None:
    """Bring axe-core into the page."""
    tab.page.evaluate(AXE)
    tab.page.add_style_tag(content=NO_FADES)


def violations(tab: Tab, only: list[str] | None = None) -> list[str]:
    """What axe-core calls serious or critical of the page as it stands: the rule, the part, and why."""
    found = tab.page.evaluate(RUN_AXE, only)["violations"]
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def views(tab: Tab) -> Iterator[str]:
    """Every view that a visitor can open, one after another."""
    yield "as it opens"
    tab.page.locator(".tour-start").click()
    tab.page.locator(".tour-sentence").wait_for()
    yield "the tour"
    tab.page.locator("[data-tour-do=skip]").click()
    tab.run("2 + 2")
    tab.wait_end()
    yield "a run"
    for name in ("Resampling", "Answers", "Rewards", "Reward check"):
        tab.page.get_by_role("tab", name=name, exact=True).click()
        yield name
    tab.page.locator("#compare-this").click()
    tab.page.locator("#compare-body .main-svg").first.wait_for()
    yield "Compare"
    for name in ("Methods compared", "Reward lab"):
        tab.page.get_by_role("tab", name=name, exact=True).click()
        yield name
    tab.page.get_by_role("tab", name="Runs", exact=True).click()
    tab.page.get_by_role("button", name="Name and tags").first.click()
    yield "Runs"
    tab.page.get_by_role("tab", name="This run", exact=True).click()
    tab.run("integral")
    tab.page.locator("#error-problem [role=alert]").wait_for()
    yield "a problem that is refused"


@pytest.mark.parametrize(
    ("width", "height", "dark"),
    [(1440, 900, False), (1440, 900, True), (390, 844, False)],
    ids=["light", "dark", "phone"],
)
def test_no_view_has_a_serious_violation(visit: Open, width: int, height: int, dark: bool) -> None:
    tab = visit(width, height)
    prepare(tab)
    if dark:
        tab.page.locator("#dark").click()
    only = ["color-contrast"] if dark else None  # the rest is as it is in light
    found = {view: violations(tab, only) for view in views(tab)}
    assert {view: problems for view, problems in found.items() if problems} == {}


def test_axe_finds_what_is_wrong(visit: Open) -> None:
    tab = visit()
    prepare(tab)
    tab.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:#ddd;background:#fff\">pale</p>')"
    )
    assert any("color-contrast" in problem for problem in violations(tab))
