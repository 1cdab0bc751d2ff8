"""Steps are labelled by keys and by buttons, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

DRAWN = """() => (document.querySelector("#genealogy .pane-plot")?.data ?? [])
  .some((one) => one.name === "step labels")"""


def test_keys_and_buttons_label_the_selected_step(visit: Callable[..., Tab], tmp_path: Path) -> None:
    tab = visit()
    tab.run("10 + 10")
    tab.wait_end()
    page = tab.page
    page.locator(".labelling [data-label=good]").wait_for()
    page.locator("#problem textarea").focus()
    page.keyboard.press("g")  # typed
    assert page.locator(".labelling [aria-pressed=true]").count() == 0
    page.locator(".insp-head h3").click()
    for key, label in (("g", "good"), ("o", "neutral"), ("b", "bad")):
        page.locator("body").press(key)
        page.locator(f".labelling [data-label={label}][aria-pressed=true]").wait_for()
        page.locator(f".solution .sign.{label}").first.wait_for()
    page.wait_for_function(DRAWN)
    page.locator(".solution [data-role=step-1]").click()
    page.locator(".solution [data-role=step-1][aria-current]").wait_for()
    page.locator("body").press("b")
    page.locator(".solution li:first-child .sign.bad").wait_for()
    with page.expect_download(timeout=60_000) as waiting:
        page.locator("[data-press=save-labels-trl]").click()
    waiting.value.save_as(tmp_path / "rows.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert any(False in row["labels"] for row in rows)
    page.locator("body").press("u")
    page.locator(".labelling [aria-pressed=true]").wait_for(state="detached")
    page.locator(".labelling [data-label=neutral]").click()
    page.locator(".labelling [data-label=neutral][aria-pressed=true]").wait_for()
    assert page.evaluate("document.activeElement.dataset.label") == "neutral"
