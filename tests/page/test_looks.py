"""Where the visitor looks: clicks, keys, tabs, events, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pfviz.page import downloads, looks, views
from pfviz.page.sessions import Visit
from pfviz.trace.file import save
from tests.traces import synthetic_trace


@pytest.fixture
def visit() -> Visit:
    return Visit(trace=synthetic_trace(particles=8, steps=5))


def test_a_click_selects_everywhere(visit: Visit) -> None:
    looks.select(visit, {"uid": 9})
    shown = looks.redraw(visit)
    for name in ("genealogy", "strips", "weights"):
        assert '"selected":9' in shown[name]
    assert "Particle 1" in shown["inspector"]


def test_a_click_on_nothing_changes_nothing(visit: Visit) -> None:
    looks.select(visit, {"uid": 9})
    for sent in ({}, {"uid": None}, {"uid": 10**9}, {"uid": "<script>"}):
        looks.select(visit, sent)
        assert visit.selected == 9


def test_keys_walk(visit: Visit) -> None:
    looks.walk(visit, {"move": "parent"})
    assert visit.selected is None  # nothing is selected yet
    looks.select(visit, {"uid": 9})
    looks.walk(visit, {"move": "parent"})
    assert visit.selected is not None
    assert visit.selected < 8
    looks.walk(visit, {"move": "sideways"})
    assert visit.selected < 8


def test_only_the_open_tab_is_drawn(visit: Visit) -> None:
    for place, tab in enumerate(views.TABS):
        looks.open_tab(visit, {"index": place})
        assert set(views.TABS) & looks.redraw(visit).keys() == {tab}
    looks.open_tab(visit, {"index": 99})
    assert visit.tab == views.TABS[-1]


def test_resampling_events_are_walked_one_by_one(visit: Visit) -> None:
    assert visit.trace is not None
    events = np.flatnonzero(visit.trace.resampled).tolist()
    assert views.shown_event(visit.trace, None) == events[-1]
    looks.step_event(-1)(visit, {})
    assert visit.event == events[-2]
    for _ in range(9):
        looks.step_event(-1)(visit, {})
    assert visit.event == events[0]
    assert "event 1 of" in looks.redraw(visit)["event"]
    for _ in range(9):
        looks.step_event(+1)(visit, {})
    assert visit.event == events[-1]


def test_a_run_without_events_says_so() -> None:
    assert "Nothing was resampled" in views.event_label(synthetic_trace(trigger="never"), None)


def test_a_trace_from_a_file_is_shown_like_a_run(visit: Visit, tmp_path: Path) -> None:
    other = synthetic_trace(particles=4, steps=3, problem="9 - 4")
    save(other, tmp_path / "run.json")
    shown = looks.open_trace(visit, str(tmp_path / "run.json"))
    assert visit.trace is not None
    assert visit.trace.problem == shown["problem"] == "9 - 4"
    assert "3 steps" in shown["progress"]
    assert shown["genealogy"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1, 2", b'{"schema_version": 99}'])
def test_a_damaged_file_is_refused_and_changes_nothing(visit: Visit, tmp_path: Path, content: bytes) -> None:
    before = visit.trace
    (tmp_path / "run.json").write_bytes(content)
    shown = looks.open_trace(visit, str(tmp_path / "run.json"))
    assert list(shown) == ["banner"]
    assert 'role="alert"' in shown["banner"]
    assert visit.trace is before


def test_downloads_say_what_they_are_and_open_again(visit: Visit, tmp_path: Path) -> None:
    assert visit.trace is not None
    path = downloads.write(visit.trace, "json", tmp_path)
    assert path.name == "pfviz-compute-12-7-3-45-n8-seed0.json"
    assert downloads.read(path).steps == 5
    report = downloads.write(visit.trace, "html", tmp_path).read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>") or report.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(("steps", "resumable"), [(5, False), (3, True)])
def test_an_opened_trace_that_was_cut_can_go_on(visit: Visit, tmp_path: Path, steps: int, resumable: bool) -> None:
    save(synthetic_trace(particles=8, steps=5).upto(steps), tmp_path / "run.json")
    assert looks.open_trace(visit, str(tmp_path / "run.json"))["resumable"] is resumable
