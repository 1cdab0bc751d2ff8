"""What is done to the solutions of a file is said in the note of their run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.errors import TraceError
from pfviz.trace import Trace
from pfviz.trace.building import runs
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenRun, GivenSolution, ReadingOptions, build_runs

TEXT = "a\n\nb"


def build(*solutions: GivenSolution, options: ReadingOptions | None = None) -> Trace:
    (found,) = build_runs([GivenRun(Source("p"), solutions)], options)
    return found


def test_what_cannot_be_read_is_left_out_and_counted() -> None:
    trace = build(
        GivenSolution(TEXT, (0.1, 0.2)),
        GivenSolution(TEXT, (0.1, math.nan)),
        GivenSolution(TEXT, (0.1, 0.2, 0.3)),
        GivenSolution(TEXT),
        GivenSolution(" \n "),
    )
    assert trace.particles == 1
    note = trace.notes[0].text
    for reason in (
        "Left out: 1 of 5 solutions, with a step whose score is missing.",
        "Left out: 1 of 5 solutions, with another number of scores than steps.",
        "Left out: 1 of 5 solutions, without scores.",
        "Left out: 1 of 5 solutions, without a step.",
    ):
        assert reason in note


def test_where_nothing_can_be_read_the_reasons_are_the_refusal() -> None:
    with pytest.raises(TraceError, match="no solution of the file can be read: 2 solutions with another number of sc"):
        build(GivenSolution(TEXT, (0.1, 0.2, 0.3)), GivenSolution(TEXT, (0.1, 0.2, 0.3)))


def test_steps_end_where_that_fits_the_numbers_of_scores() -> None:
    assert build(GivenSolution("a\nb\n\nc", (0.1, 0.2, 0.3))).texts == [["a"], ["b"], ["c"]]
    assert build(GivenSolution("a\nb\n\nc", (0.1, 0.2))).texts == [["a\nb"], ["c"]]
    assert build(GivenSolution("a\r\n\r\nb", (0.1, 0.2))).texts == [["a"], ["b"]]


def test_a_label_of_the_whole_is_no_label_of_a_step() -> None:
    trace = build(GivenSolution(TEXT, (0.1, 0.2), (1.0,)))
    assert np.isnan(trace.step_labels).all()
    assert "one label for a whole solution" in trace.notes[0].text
    assert build(GivenSolution("a", (0.1,), (1.0,))).step_labels.tolist() == [[1]]


def test_the_scale_goes_by_the_whole_file() -> None:
    low = GivenRun(Source("p"), [GivenSolution("a", (0.5,))])
    high = GivenRun(Source("q"), [GivenSolution("a", (80.0,))])
    assert [trace.rewards.tolist() for trace in build_runs([low, high])] == [[[0.005]], [[0.8]]]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAX_RUNS", 0, "the file has 1 problems; at most 0 are opened at once"),
        ("MAX_SOLUTION_CHARACTERS", 3, "a solution has 4 characters; at most 3 are read"),
        ("MAX_SLOTS_OF_FILE", 1, "the file has 2 steps times solutions; at most 1 are opened"),
    ],
)
def test_what_is_too_much_is_refused_with_its_number(
    name: str, value: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, name, value)
    with pytest.raises(TraceError, match=said):
        build(GivenSolution(TEXT))
