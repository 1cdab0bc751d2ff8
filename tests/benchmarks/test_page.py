"""The measuring of the page: its invented runs are traces like any other, and its lines have the goals of the size."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import page
from benchmarks.page_runs import make_trace
from benchmarks.results import Line, Spread
from pfviz.cli import main
from pfviz.trace import dumps, loads


def test_an_invented_run_is_a_trace_that_is_resampled() -> None:
    trace = make_trace(32, 12)
    assert (trace.particles, trace.steps) == (32, 12)
    assert trace.resampled.any()
    assert not trace.resampled.all()
    assert trace.answer is not None
    assert dumps(loads(dumps(trace))) == dumps(trace) == dumps(make_trace(32, 12))


def test_a_size_is_held_against_its_goals() -> None:
    found = page._Measured([0.4], [0.5], [160.0], [12.0], [45.0], [0.0])
    lines = {line.what: line for line in page._report_lines((64, 50), found)}
    opened, clicked = lines["page: file to genealogy"], lines["page: click to answer"]
    assert opened.goal is not None
    assert opened.goal.is_met(opened.spread)
    assert clicked.goal is not None
    assert not clicked.goal.is_met(clicked.spread)
    frames = lines["page: frames a second of the replay"]
    assert frames.goal is not None
    assert frames.goal.is_met(frames.spread)
    other = {line.what: line for line in page._report_lines((16, 8), found)}
    assert other["page: file to genealogy"].goal is None


def test_the_page_is_measured_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def measure(rounds: int, say: Any) -> Any:
        asked.append(rounds)
        yield Line("page: click to answer", "invented", 64, 50, "ms", Spread(90, 80, 99, 5), page.CLICK_GOAL)

    monkeypatch.setattr("benchmarks.page.measure_page", measure)
    monkeypatch.setattr("pfviz.models.decoding.threads.use_one_thread", lambda: None)
    result = CliRunner().invoke(main, ["bench", "--page", "--rounds", "2"])
    assert result.exit_code == 0, result.output
    assert asked == [2]
    assert "page: click to answer" in result.output
