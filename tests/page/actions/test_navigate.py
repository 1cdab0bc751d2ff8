"""Where the visitor looks: clicks, keys, tabs, events, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pfviz.diagnostics.families import families
from pfviz.page.actions import files, navigate, opened_files
from pfviz.page.render.run import run_view
from pfviz.page.render.run.events import event_label, shown_event
from pfviz.page.state.visits import Visit
from pfviz.trace.json_file import save
from tests.traces import synthetic_trace


@pytest.fixture
def visit() -> Visit:
    return Visit(trace=synthetic_trace(particles=8, steps=5))


def test_a_click_selects_everywhere(visit: Visit) -> None:
    navigate.select(visit, {"uid": 9})
    shown = navigate.redraw(visit)
    for name in ("genealogy", "strips", "weights"):
        assert '"selected":9' in shown[name]
    assert "Particle 1" in shown["inspector"]


def test_a_click_sends_no_figure_that_the_browser_marks_itself(visit: Visit) -> None:
    change = navigate.select(visit, {"uid": 9})
    assert change is not None
    assert navigate.redraw(visit, change).keys() == {"inspector", "link"}
    navigate.open_tab(visit, {"index": run_view.TABS.index("resampling")})
    assert navigate.redraw(visit, change).keys() == {"inspector", "link", "resampling"}


def test_a_figure_over_the_steps_is_the_same_whoever_is_selected(visit: Visit) -> None:
    before = json.loads(navigate.redraw(visit)["genealogy"])["data"]
    navigate.select(visit, {"uid": 9})
    assert json.loads(navigate.redraw(visit)["genealogy"])["data"] == before


def test_a_pause_shows_the_resampling_before_it_and_nothing_else_anew(visit: Visit) -> None:
    assert visit.trace is not None
    navigate.open_tab(visit, {"index": run_view.TABS.index("resampling")})
    events = np.flatnonzero(visit.trace.resampled).tolist()
    change = navigate.select(visit, {"moment": events[1] + 1})
    assert visit.event == events[1]
    assert change is not None
    assert navigate.redraw(visit, change).keys() == {"event", "resampling"}
    navigate.select(visit, {"moment": 0})
    assert visit.event == events[0]
    for latest in (None, "<script>"):
        navigate.select(visit, {"moment": latest})
    assert visit.event is None


def test_a_run_is_sent_to_be_played_and_says_whether_it_goes_on(visit: Visit) -> None:
    columns = json.loads(navigate.redraw(visit)["transport"])
    assert (columns["steps"], columns["particles"], columns["running"]) == (5, 8, False)
    assert visit.trace is not None
    grown = run_view.render_parts(visit.trace.upto(3), marked=None)
    assert json.loads(grown["transport"])["running"]
    assert (
        json.loads(grown["transport"])["run"]
        == columns["run"]
        == json.loads(grown["genealogy"])["layout"]["meta"]["run"]
    )


def test_a_click_on_nothing_changes_nothing(visit: Visit) -> None:
    navigate.select(visit, {"uid": 9})
    for sent in ({}, {"uid": None}, {"uid": 10**9}, {"uid": "<script>"}):
        navigate.select(visit, sent)
        assert visit.selected == 9


def test_keys_walk(visit: Visit) -> None:
    navigate.move_selection(visit, {"move": "parent"})
    assert visit.selected is None  # nothing is selected yet
    navigate.select(visit, {"uid": 9})
    navigate.move_selection(visit, {"move": "parent"})
    assert visit.selected is not None
    assert visit.selected < 8
    navigate.move_selection(visit, {"move": "sideways"})
    assert visit.selected < 8


def test_only_the_open_tab_is_drawn(visit: Visit) -> None:
    for place, tab in enumerate(run_view.TABS):
        navigate.open_tab(visit, {"index": place})
        assert set(run_view.TABS) & navigate.redraw(visit).keys() == {tab}
    navigate.open_tab(visit, {"index": 99})
    assert visit.tab == run_view.TABS[-1]


def test_resampling_events_are_walked_one_by_one(visit: Visit) -> None:
    assert visit.trace is not None
    events = np.flatnonzero(visit.trace.resampled).tolist()
    assert shown_event(visit.trace, None) == events[-1]
    navigate.step_event(-1)(visit, {})
    assert visit.event == events[-2]
    for _ in range(9):
        navigate.step_event(-1)(visit, {})
    assert visit.event == events[0]
    assert "event 1 of" in navigate.redraw(visit)["event"]
    for _ in range(9):
        navigate.step_event(+1)(visit, {})
    assert visit.event == events[-1]


def test_a_run_without_events_says_so() -> None:
    assert "No resampling yet" in event_label(synthetic_trace(trigger="never"), None)


def test_a_trace_from_a_file_is_shown_like_a_run(visit: Visit, tmp_path: Path) -> None:
    other = synthetic_trace(particles=4, steps=3, problem="9 - 4")
    save(other, tmp_path / "run.json")
    shown = opened_files.open_file(visit, str(tmp_path / "run.json"))
    assert visit.trace is not None
    assert visit.trace.problem == shown["problem"] == "9 - 4"
    assert "3 steps" in shown["progress"]
    assert shown["genealogy"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1, 2", b'{"schema_version": 99}'])
def test_a_damaged_file_is_refused_and_changes_nothing(visit: Visit, tmp_path: Path, content: bytes) -> None:
    before = visit.trace
    (tmp_path / "run.json").write_bytes(content)
    shown = opened_files.open_file(visit, str(tmp_path / "run.json"))
    assert list(shown) == ["banner"]
    assert 'role="alert"' in shown["banner"]
    assert visit.trace is before


def test_downloads_say_what_they_are_and_open_again(visit: Visit, tmp_path: Path) -> None:
    assert visit.trace is not None
    path = files.write_trace(visit.trace, "json", tmp_path)
    assert path.name == "pfviz-compute-12-7-3-45-n8-seed0.json"
    assert files.read_trace(path).steps == 5
    report = files.write_trace(visit.trace, "html", tmp_path).read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>") or report.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(("steps", "resumable"), [(5, False), (3, True)])
def test_an_opened_trace_that_was_cut_can_go_on(visit: Visit, tmp_path: Path, steps: int, resumable: bool) -> None:
    save(synthetic_trace(particles=8, steps=5).upto(steps), tmp_path / "run.json")
    assert opened_files.open_file(visit, str(tmp_path / "run.json"))["resumable"] is resumable


def test_a_family_is_opened_and_closed_and_nothing_else_is_sent_for_it() -> None:
    visit = Visit(trace=synthetic_trace(particles=300, steps=6))
    uid = families(visit.trace)[0].uid
    whole = json.loads(navigate.redraw(visit)["genealogy"])
    change = navigate.select(visit, {"family": uid})
    assert change == "family"
    shown = navigate.redraw(visit, change)
    assert shown.keys() == {"genealogy"}
    opened = json.loads(shown["genealogy"])
    assert opened["layout"]["meta"]["family"] == uid
    assert max(opened["layout"]["yaxis"]["range"]) < max(whole["layout"]["yaxis"]["range"])
    navigate.select(visit, {"family": None})
    assert json.loads(navigate.redraw(visit, "family")["genealogy"]) == whole


@pytest.mark.parametrize("sent", ["12", -1, 10**9, [1], "all"])
def test_no_other_family_is_opened(visit: Visit, sent: object) -> None:
    navigate.select(visit, {"family": sent})
    assert visit.family in (None, 12)
    navigate.redraw(visit, "family")
