"""A run that is opened is drawn, or refused by a sentence that says how large it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.errors import TraceError
from pfviz.figures import size_limit
from pfviz.page.actions import opened_files
from pfviz.page.actions.files import read_trace
from pfviz.page.state.visits import Visit
from pfviz.report.run import to_html
from tests.traces import synthetic_trace

TRACE = synthetic_trace(particles=4, steps=5)


def test_a_thousand_steps_of_a_hundred_particles_are_drawn() -> None:
    assert size_limit.MAX_DRAWN_SLOTS >= 1000 * 100


def test_more_slots_than_are_drawn_are_refused_by_page_and_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, visit = tmp_path / "run.json", Visit()
    TRACE.save(path)
    monkeypatch.setattr(size_limit, "MAX_DRAWN_SLOTS", TRACE.steps * 4 - 1)
    sentence = r"5 steps of 4 particles are 20; at most 19 are drawn\. `pfviz show` prints the run, and trace\.upto"
    with pytest.raises(TraceError, match=sentence):
        read_trace(path)
    with pytest.raises(TraceError, match=sentence):
        to_html(TRACE)
    shown = opened_files.open_file(visit, str(path))
    assert shown.keys() == {"banner"}
    assert "at most 19 are drawn" in shown["banner"]
    assert visit.trace is None


def test_so_many_slots_as_are_drawn_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, visit = tmp_path / "run.json", Visit()
    TRACE.save(path)
    monkeypatch.setattr(size_limit, "MAX_DRAWN_SLOTS", TRACE.steps * 4)
    assert opened_files.open_file(visit, str(path))["genealogy"]
    assert visit.trace is not None
