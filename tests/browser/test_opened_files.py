"""Files of other tools on the page: dropped, their columns corrected, their runs gone through, sent to the lab."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pfviz.trace.importers import IMPORTERS
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
ROWS = [
    {"question": f"Compute {k} * 2", "how": f"It is {2 * k}", "prm": 0.2 * k, "gold": str(2 * k)} for k in (1, 2, 3)
]


def drop(tab: Tab, name: str, text: str) -> None:
    """As a visitor drops a file on the pictures."""
    tab.page.locator("#stage[data-drops]").wait_for()
    tab.page.evaluate(
        """([name, text]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], name, { type: "application/json" }));
          document.querySelector("#stage").dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
        }""",
        [name, text],
    )


def test_a_table_is_corrected_and_its_runs_are_gone_through_and_diagnosed(visit: Open) -> None:
    tab = visit()
    page = tab.page
    drop(tab, "rows.jsonl", "\n".join(map(json.dumps, ROWS)))
    form = page.locator(".columns-form")
    form.wait_for()
    page.locator("#banner .banner", has_text="the columns question, how, prm, gold").wait_for()
    assert form.locator("[name=column-scores] option:checked").text_content() == "prm: 0.2"

    form.get_by_role("button", name="Open it").click()
    form.locator(".field-error", has_text="none of the columns").wait_for()
    form.locator("[name=column-solution]").select_option(label="how: It is 2")
    form.get_by_role("button", name="Open it").click()

    bar = page.locator(".file-bar")
    bar.get_by_text("Run 1 of 3").wait_for()
    bar.get_by_role("button", name="Next run of the file").focus()
    page.keyboard.press("Enter")
    bar.get_by_text("Run 2 of 3").wait_for()
    page.locator("#answer .answer", has_text="4").wait_for()
    assert page.evaluate("document.activeElement.dataset.role") == "file-next"

    bar.get_by_role("button", name="All into the reward lab").click()
    page.locator("#lab-note", has_text="3 runs of 3 problems").wait_for()
    assert page.locator("#lab").is_visible()
    assert not tab.wrong


def test_a_file_of_labels_opens_at_once_and_an_unknown_one_shows_an_example(visit: Open) -> None:
    tab = visit()
    page = tab.page
    drop(tab, "any.name.json", IMPORTERS["processbench"].example)
    page.locator(".file-bar", has_text="Run 1 of 2 in any.name.json").wait_for()
    page.locator("#notes", has_text="Read from a file of ProcessBench").wait_for()
    drop(tab, "x.json", json.dumps({"completions": ["<b>bold</b>"]}))
    page.locator("#banner code", has_text='"scores": [[0.8, 0.9], [0.4, 0.3]]').wait_for()
    assert page.locator(".file-bar").is_visible()  # what was open stays
    assert not tab.wrong
