"""The reward lab in a real browser, over the fake pair."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pfviz.trace.json_file import save
from tests.browser.conftest import Tab
from tests.lab.diagnosed import runs

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
FIGURES = ("lab-reliability", "lab-signals", "lab-steps", "lab-knowledge", "lab-kinds", "lab-best")


def open_lab(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Reward lab").click()
    tab.page.locator("#lab-bar").wait_for()


def batch(tab: Tab, problems: str = "") -> None:
    if problems:
        tab.choose("lab-count", problems)
    tab.page.locator("button#lab-start:not([disabled])").click()


def over(tab: Tab, how: str) -> str:
    tab.page.locator(".lab-progress.done", has_text=how).wait_for()
    tab.page.locator("button#lab-start:not([disabled])").wait_for()
    return tab.page.locator(".lab-progress.done").inner_text()


def figures(tab: Tab) -> None:
    for figure in FIGURES:
        tab.page.locator(f"#{figure} .main-svg").first.wait_for()


def drop(tab: Tab, *files: Path) -> None:
    """As a visitor drops files on the view."""
    tab.page.locator("#lab[data-drops]").wait_for()
    held = [{"name": file.name, "text": file.read_text(encoding="utf-8")} for file in files]
    tab.page.evaluate(
        """held => {
          const transfer = new DataTransfer();
          for (const { name, text } of held) transfer.items.add(new File([text], name, { type: "application/json" }));
          document.querySelector("#lab").dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
        }""",
        held,
    )


def test_a_batch_is_diagnosed_and_an_example_opens_its_run(visit: Open) -> None:
    tab = visit()
    open_lab(tab)
    assert tab.page.locator(".lab-empty").is_visible()
    batch(tab)
    figures(tab)
    assert "8 of 8 runs" in over(tab, "Done")
    assert tab.page.locator("#lab-note", has_text="8 runs of 8 problems").is_visible()
    assert tab.page.evaluate("document.documentElement.scrollHeight") <= 900
    inside = tab.page.evaluate("""() => [...document.querySelectorAll('#lab .pane-plot')].map((plot) => {
        plot.scrollIntoView({ block: "nearest" });
        const [box, room] = [plot.getBoundingClientRect(), document.querySelector('#lab').getBoundingClientRect()];
        const across = box.left >= room.left && box.right <= room.right;
        return across && box.height > 150 && box.top >= room.top && box.bottom <= room.bottom;
    })""")
    assert inside == [True] * len(FIGURES)

    example = tab.page.locator(".example").first
    node = str(example.get_attribute("data-node"))
    example.click()
    tab.wait_selected(node.split(" ")[2])
    assert tab.page.locator("#stage").is_visible()
    open_lab(tab)
    assert tab.page.locator(".lab-progress.done").is_visible()
    tab.page.locator(
        f'ol.findings:first-of-type .finding:first-child .example[data-node="{node}"][aria-current]'
    ).wait_for()
    figures(tab)


def test_a_definition_is_shown_to_the_keyboard(visit: Open) -> None:
    tab = visit()
    open_lab(tab)
    batch(tab)
    tab.page.locator("[data-measure=auc] .why").focus()
    shown = "getComputedStyle(document.querySelector('[data-measure=auc] .why'), '::after').content"
    assert "ROC" in tab.page.evaluate(shown)
    over(tab, "Done")


def test_a_stopped_batch_keeps_its_runs(visit: Open) -> None:
    tab = visit()
    open_lab(tab)
    batch(tab, "30 problems")
    tab.page.locator(".lab-progress.busy", has_text="1 of 30").wait_for()
    tab.page.locator("button#lab-stop:not([disabled])").click()
    assert "of 30 runs" in over(tab, "Stopped")
    tab.page.locator("#lab-note", has_text="of 30 problems").wait_for(state="detached")
    figures(tab)
    tab.page.locator("button#lab-clear:not([disabled])").click()
    tab.page.locator(".lab-empty").wait_for()


def test_traces_that_are_dropped_come_together_and_a_damaged_one_is_named(visit: Open, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    save(runs(hostile=True)[0], good)
    bad.write_text('{"problem": 3}', encoding="utf-8")
    tab = visit()
    open_lab(tab)
    drop(tab, good, bad)
    tab.page.locator("#lab-note [role=alert]", has_text="bad.json was left out").wait_for()
    tab.page.locator("#lab-note", has_text="1 run of 1 problem").wait_for()
    figures(tab)
    assert tab.page.locator("#lab script").count() == 0
    with tab.page.expect_download() as download:
        tab.page.locator("button#lab-save:not([disabled])").click()
    assert download.value.suggested_filename.endswith("-1-runs.html")


def test_this_run_is_added_to_the_lab(visit: Open) -> None:
    tab = visit()
    open_lab(tab)
    tab.page.locator("button#lab-add").click()
    tab.page.locator("#lab-note", has_text="1 run of 1 problem").wait_for()  # the recorded one
    tab.page.get_by_role("tab", name="This run").click()
    tab.run("2 + 2")
    tab.wait_end()
    open_lab(tab)
    tab.page.locator("button#lab-add").click()
    tab.page.locator(
        "#lab-note", has_text="Left out: 1 run under fake reward"
    ).wait_for()  # another reward than that of the recorded one


def test_on_a_phone_everything_stands_below_each_other(visit: Open, tmp_path: Path) -> None:
    files = [tmp_path / f"{place}.json" for place in range(4)]
    for file, trace in zip(files, runs(), strict=False):
        save(trace, file)
    tab = visit(390, 844, is_mobile=True, has_touch=True)
    open_lab(tab)
    drop(tab, *files)
    tab.page.locator("#lab-note", has_text="4 runs of 4 problems").wait_for()
    figures(tab)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    lefts = tab.page.evaluate(
        "names => names.map((name) => document.getElementById(name).getBoundingClientRect().left)",
        ["lab-findings", *FIGURES],
    )
    assert max(lefts) - min(lefts) < 2
