"""What a trace answers about itself."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys

import numpy as np
import pytest

from pfviz.trace import Trace
from tests.traces import synthetic_trace


def test_weights_are_the_softmax_of_the_log_weights() -> None:
    trace = synthetic_trace()
    assert trace.weights.sum(axis=1) == pytest.approx(1)
    ratio = np.log(trace.weights[2, 0] / trace.weights[2, 1])
    assert ratio == pytest.approx(trace.log_weights[2, 0] - trace.log_weights[2, 1])
    assert 1 / np.sum(trace.weights**2, axis=1) == pytest.approx(trace.ess)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([-np.inf, 0.0], [0, 1]),
        ([-np.inf, -np.inf], [0.5, 0.5]),
        ([np.inf, 0.0], [1, 0]),
        ([np.inf, np.inf], [0.5, 0.5]),
        ([1000.0, 1000.0], [0.5, 0.5]),
    ],
)
def test_weights_of_the_impossible_and_the_certain(row: list[float], expected: list[float]) -> None:
    trace = dataclasses.replace(synthetic_trace(2, 1), log_weights=np.array([row]))
    assert trace.weights[0].tolist() == expected


def test_upto_is_a_prefix_that_is_still_running() -> None:
    trace = synthetic_trace()
    part = trace.upto(3)
    assert (part.steps, part.status) == (3, "running")
    assert np.array_equal(part.ancestors, trace.ancestors[:3])
    assert part.texts == trace.texts[:3]
    assert trace.upto(6) is trace
    for wrong in (0, 7, -1):
        with pytest.raises(IndexError, match="steps 1 to 6"):
            trace.upto(wrong)


def test_a_solution_runs_from_the_first_step_along_the_ancestors() -> None:
    trace = synthetic_trace(particles=32, steps=8, seed=4)
    for n in range(32):
        lineage, solution = trace.lineage(7, n), trace.solution(7, n)
        assert [t for t, _ in lineage] == list(range(8))
        assert lineage[-1] == (7, n)
        for (t, a), (_, b) in itertools.pairwise(lineage):
            assert trace.ancestors[t, b] == a
        assert solution == lineage[: len(solution)]  # waiting comes after the last step
        texts = trace.path_texts(7, n)
        assert all(texts)
        assert "boxed" in texts[-1]
    with pytest.raises(IndexError, match="no slot 32"):
        trace.solution(7, 32)


def test_node_finds_where_a_uid_was_written() -> None:
    trace = synthetic_trace(particles=32, steps=8, seed=4)
    for t in range(8):
        for n in range(32):
            t0, n0 = trace.node(trace.uids[t, n])
            assert trace.texts[t0][n0]
            assert (t0, n0) in trace.lineage(t, n)
    gone = next(int(t * 32 + n) for t in range(8) for n in range(32) if not trace.written[t, n])
    for uid in (gone, 8 * 32, -1):
        with pytest.raises(KeyError):
            trace.node(uid)


def test_answers_count_every_finished_particle_once() -> None:
    trace = synthetic_trace(particles=32, steps=8, seed=4)
    rows = trace.answers.rows
    assert sum(row.count for row in rows) == 32
    assert sum(row.mass for row in rows) == pytest.approx(1)
    assert {row.canonical: row.correct for row in rows}["12"] is True
    assert trace.answer == trace.answers.by_highest_reward.display  # type: ignore[union-attr]
    assert trace.upto(1).answers.rows == ()
    assert trace.upto(1).answer is None


def test_the_trace_needs_neither_plotly_nor_torch() -> None:
    code = "import pfviz.trace, sys; sys.exit(bool({'plotly', 'torch', 'networkx', 'gradio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_column_is_cut_by_upto() -> None:
    trace: Trace = synthetic_trace()
    for field in dataclasses.fields(trace):
        value = getattr(trace.upto(2), field.name)
        if isinstance(value, list | np.ndarray):
            assert len(value) == 2, field.name
