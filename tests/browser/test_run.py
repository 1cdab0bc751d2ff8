"""The main job in a real browser: type, run, watch, read, zoom, stop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from pfviz.page import Page as Demo
from tests.browser.conftest import Tab, wait_until

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]


def test_type_run_read_zoom(visit: Open, gate: Event) -> None:
    tab = visit()
    tab.run("2 + 2 + 2 held")
    tab.wait_steps(2)

    tab.click_node(4)  # a particle of the first step, while the run goes on
    tab.wait_selected("4")
    tab.page.locator("#particle h3", has_text="Particle 4").wait_for()
    assert "10 + 2 =" in tab.page.locator("#particle .solution").inner_text()

    before = tab.ranges()
    tab.zoom()
    tab.page.wait_for_function(
        "old => document.querySelector('#genealogy .pane-plot')._fullLayout.xaxis.range[0] !== old", arg=before[0][0]
    )
    zoomed = tab.ranges()
    gate.set()
    tab.wait_steps(3)
    assert tab.ranges() == zoomed
    assert tab.ranges("strips")[0] == zoomed[0]  # one step axis
    assert tab.selected() == "4"

    tab.wait_end()
    assert tab.ranges() == zoomed
    assert tab.selected() == "4"
    assert "posterior mass" in tab.page.locator("#answer").inner_text()
    box = tab.page.locator("#genealogy .nsewdrag").first.bounding_box()
    assert box is not None
    tab.page.mouse.dblclick(box["x"] + box["width"] - 8, box["y"] + 8)
    tab.page.wait_for_function(
        "zoomed => document.querySelector('#genealogy .pane-plot')._fullLayout.xaxis.range[0] !== zoomed",
        arg=zoomed[0][0],
    )


@pytest.mark.usefixtures("gate")
def test_progress_is_visible(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2 held")
    tab.page.locator(".progress.busy", has_text="alive").wait_for()
    text = tab.page.locator(".progress").inner_text()
    assert all(word in text for word in ("Step", "16", "tokens", " s"))
    tab.page.locator("button#stop").click()
    tab.wait_end()


def test_a_finished_run_shows_its_best_particle(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    tab.page.locator("#answer .answer .value").wait_for()
    answer = tab.page.locator("#answer .value").inner_text()
    assert answer in tab.page.locator("#particle .solution li").last.inner_text()


def test_keys_walk_the_tree(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    tab.page.wait_for_function("document.querySelector('#genealogy .pane-plot').dataset.selected !== ''")
    last = int(tab.selected())
    tab.page.locator("#genealogy .pane-plot").focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.page.wait_for_function(
        "old => Number(document.querySelector('#genealogy .pane-plot').dataset.selected) < old", arg=last // 16 * 16
    )
    parent = tab.selected()
    tab.page.keyboard.press("ArrowDown")
    tab.page.wait_for_function(
        "old => document.querySelector('#genealogy .pane-plot').dataset.selected !== old", arg=parent
    )
    tab.page.keyboard.press("ArrowUp")
    tab.wait_selected(parent)


def test_a_selection_is_seen_in_every_tab(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    tab.page.locator("#particle .solution button").first.click()
    tab.page.locator("#particle p", has_text="Step 1 of").wait_for()
    chosen = tab.selected()
    for name, part in (
        ("Resampling", "resampling"), ("Answers", "answers"), ("Rewards", "rewards"), ("Weights", "weights"),
    ):  # fmt: skip
        tab.page.get_by_role("tab", name=name).click()
        pane = f"#{part} .pane-plot"
        tab.page.wait_for_function(
            "([pane, uid]) => document.querySelector(pane)?.dataset.selected === uid", arg=[pane, chosen]
        )
        tab.page.locator(pane + " .main-svg").first.wait_for()
    tab.page.get_by_role("tab", name="Resampling").click()
    before = tab.page.locator("#event .event").inner_text()
    tab.page.locator("#event-before").click()
    tab.page.wait_for_function("old => document.querySelector('#event .event').innerText !== old", arg=before)


def test_a_method_brings_its_own_settings(visit: Open) -> None:
    tab = visit()
    tab.page.get_by_text("More settings").click()
    tab.page.locator("#tau").wait_for()
    assert tab.page.locator("#width").count() == 0
    tab.page.locator("#method input").click()
    tab.page.get_by_role("option", name="Beam search").click()
    tab.page.locator("#about-method", has_text="copied a fixed number of times").wait_for()
    tab.page.locator("#width").wait_for()
    tab.page.locator("#tau").wait_for(state="detached")
    tab.run("2 + 2")
    tab.wait_end()
    tab.page.locator("#answer .answer .value").wait_for()


@pytest.mark.usefixtures("gate")
def test_stop(visit: Open, demo: Demo) -> None:
    tab = visit()
    tab.run("2 + 2 held")
    tab.wait_steps(1)
    tab.page.locator("button#stop").click()
    tab.page.locator(".progress.done", has_text="Stopped").wait_for()
    tab.wait_end()
    wait_until(lambda: demo.visits.running_count() == 0)
    tab.run("2 + 2")  # and the page is usable
    tab.page.locator(".progress.done", has_text="Finished").wait_for()


def test_files_come_down_and_go_up_again(visit: Open, tmp_path: Path) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    with tab.page.expect_download() as coming:
        tab.page.locator("button#save-json").click()
    saved = coming.value
    assert saved.suggested_filename == "pfviz-2-2-n16-seed0.json"
    saved.save_as(tmp_path / saved.suggested_filename)
    with tab.page.expect_download() as coming:
        report = tab.page.locator("#save-as option[data-export=html]").evaluate("option => option.value")
        tab.page.locator("#save-as select").select_option(report)
    assert coming.value.suggested_filename.endswith(".html")

    other = visit()
    with other.page.expect_file_chooser() as asking:
        other.page.locator("button#open").click()
    asking.value.set_files(tmp_path / saved.suggested_filename)
    other.wait_steps(5)
    assert other.page.locator("#problem textarea").input_value() == "2 + 2"
    assert "Finished" in other.page.locator(".progress").inner_text()


def test_a_long_solution_stays_in_one_column(visit: Open) -> None:
    """On a wide and low page the inspector scrolls; what comes last in it lies under what comes first."""
    tab = visit(1240, 720)
    tab.run("2 + 2 + 2")
    tab.wait_end()
    lefts: list[float] = tab.page.evaluate(
        """[...document.querySelectorAll('#inspector > *')].map((part) => part.getBoundingClientRect())
            .filter((box) => box.height > 0).map((box) => Math.round(box.x))"""
    )
    assert len(lefts) >= 2
    assert len(set(lefts)) == 1
