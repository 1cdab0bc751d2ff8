"""The columns say what the trace says, in little room."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics import lanes, living_descendants
from pfviz.replay.columns import MAX_FINE_SLOTS, build_columns, pack
from pfviz.trace import Recorder, Trace
from tests.replay.columns import unpack
from tests.traces import synthetic_events, synthetic_trace


@pytest.mark.parametrize(("particles", "steps"), [(1, 1), (16, 6), (300, 4)])
def test_who_continues_whom_and_where_it_is_drawn_come_through(particles: int, steps: int) -> None:
    trace = synthetic_trace(particles, steps)
    columns = build_columns(trace)
    for name, expected in (
        ("ancestors", trace.ancestors),
        ("lanes", lanes(trace)),
        ("written", trace.written),
        ("finished", trace.finished),
    ):
        assert np.array_equal(unpack(columns[name], trace.steps, particles), expected), name
    assert (columns["steps"], columns["particles"]) == (trace.steps, particles)


def test_who_lives_and_every_uid_follow_from_the_columns() -> None:
    trace = synthetic_trace(16, 6)
    columns = build_columns(trace)
    ancestors = unpack(columns["ancestors"], trace.steps, 16)
    written = unpack(columns["written"], trace.steps, 16)
    uids, living = [np.arange(16)], [np.ones(16, dtype=int)]
    for t in range(1, trace.steps):
        uids.append(np.where(written[t], t * 16 + np.arange(16), uids[-1][ancestors[t - 1]]))
    for t in range(trace.steps - 2, -1, -1):
        living.insert(0, np.bincount(ancestors[t], weights=living[0], minlength=16).astype(int))
    assert np.array_equal(uids, trace.uids)
    assert np.array_equal(living, living_descendants(trace))


def test_rewards_and_weights_are_close_and_closest_in_small_runs() -> None:
    small, large = synthetic_trace(16, 6), synthetic_trace(MAX_FINE_SLOTS // 20 + 1, 20)
    for trace, digits in ((small, 1e-5), (large, 0.002)):
        columns = build_columns(trace)
        shape = (trace.steps, trace.particles)
        assert np.abs(unpack(columns["rewards"], *shape) - trace.rewards).max() <= digits
        assert np.abs(unpack(columns["weights"], *shape) ** 2 - trace.weights).max() <= 2 * digits


def test_the_facts_of_a_step_are_counted_from_the_trace() -> None:
    trace = synthetic_trace(16, 6)
    facts = build_columns(trace)["facts"]
    for t in range(trace.steps):
        children = [list(trace.ancestors[t]).count(n) for n in range(16)]
        assert facts["died"][t] == children.count(0)
        assert facts["copied"][t] == sum(count > 1 for count in children)
        written = trace.rewards[t][trace.written[t]]
        if written.size:
            assert (facts["lowest"][t], facts["highest"][t]) == pytest.approx((written.min(), written.max()), abs=1e-4)
        assert facts["heaviest"][t] == pytest.approx(trace.weights[t].max(), abs=1e-4)
        assert facts["writing"][t] == written.size
    first_steps = set(range(16))
    for t in range(trace.steps):
        lineages = [trace.lineage(t, int(n))[0][1] for n in trace.ancestors[t]]
        first_steps &= set(lineages)
        assert facts["families"][t] == len(first_steps)


def test_a_step_that_keeps_all_says_whether_the_weights_were_even() -> None:
    trace = synthetic_trace(8, 3, trigger="never")
    assert not any(build_columns(trace)["facts"]["even"])
    by_ess = replace(trace, settings={**trace.settings, "trigger": "ess", "threshold": 0.0})
    assert all(build_columns(by_ess)["facts"]["even"])


def test_the_answers_are_those_of_the_last_step() -> None:
    trace = synthetic_trace(16, 6)
    columns = build_columns(trace)
    for place, row in enumerate(trace.answers.rows):
        assert [n for n, one in enumerate(columns["leaf_answers"]) if one == place] == sorted(row.members)
        assert columns["answers"][place]["text"] == row.display
    assert [n for n, one in enumerate(columns["leaf_answers"]) if one < 0] == list(trace.answers.unanswered)


def _empty() -> Trace:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    return recorder.trace()


def _strange() -> Trace:
    trace = synthetic_trace(4, 3)
    rewards = trace.rewards.copy()
    rewards[1] = [np.nan, -1, 2, np.inf]
    return replace(trace, rewards=rewards)


@pytest.mark.parametrize("trace", [_empty(), _strange()], ids=["no step", "strange rewards"])
def test_any_trace_becomes_valid_json(trace: Trace) -> None:
    json.dumps(build_columns(trace), allow_nan=False)


def test_a_thousand_particles_over_a_hundred_steps_take_less_than_a_megabyte() -> None:
    trace = synthetic_trace(1000, 2)
    big = replace(
        trace,
        **{
            name: np.tile(getattr(trace, name)[:1], (100, *[1] * (getattr(trace, name).ndim - 1)))
            for name in ("ancestors", "rewards", "log_weights", "finished", "ess", "resampled")
        },
        uids=np.arange(100_000).reshape(100, 1000),
        texts=[[""] * 1000] * 100,
        ends=[["separator"] * 1000] * 100,
    )
    assert len(json.dumps(build_columns(big))) < 1_000_000


def test_texts_are_not_among_the_columns() -> None:
    trace = synthetic_trace(4, 3)
    secret = replace(trace, texts=[["unmistakable words" for _ in row] for row in trace.texts])
    assert "unmistakable" not in json.dumps(build_columns(secret))


@pytest.mark.parametrize("values", [np.array([[-1]]), np.array([[70_000]])])
def test_what_does_not_fit_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="columns hold 0 to 65535"):
        pack(values)
