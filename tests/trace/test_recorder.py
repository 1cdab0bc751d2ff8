"""Events → trace: what is recorded, under which identity, and when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import pfviz
from pfviz.api import stream
from pfviz.errors import TraceError
from pfviz.inference.answers import tabulate
from pfviz.inference.events import ParticlesSelected, ParticlesWeighed, RunEnded, RunStarted, StepsExtended, StepsScored
from pfviz.trace import Recorder, dumps, loads
from pfviz.types import NO_STEPS
from tests.contracts import toy
from tests.sweeps import gibbs, tempering
from tests.traces import synthetic_events, synthetic_trace


def test_columns_have_the_shapes_of_the_architecture() -> None:
    trace = synthetic_trace(particles=16, steps=6)
    assert (trace.steps, trace.particles, trace.status) == (6, 16, "finished")
    for name in ("uids", "ancestors", "rewards", "log_carried", "log_weights", "finished", "tokens", "log_probs"):
        assert getattr(trace, name).shape == (6, 16), name
    for name in ("ess", "resampled", "log_evidence", "temperatures", "seconds"):
        assert getattr(trace, name).shape == (6,), name
    assert [len(row) for row in trace.texts] == [16] * 6


def test_a_snapshot_is_valid_after_every_event_and_equals_the_prefix() -> None:
    recorder, whole = Recorder(), synthetic_trace()
    for event in synthetic_events():
        recorder.record(event)
        trace = recorder.trace()
        assert trace.steps == recorder.steps
        if isinstance(event, ParticlesSelected) and trace.steps < whole.steps:
            assert dumps(trace) == dumps(whole.upto(trace.steps))
    assert dumps(recorder.trace()) == dumps(whole)


def test_a_snapshot_does_not_change_afterwards() -> None:
    recorder = Recorder()
    early = []
    for event in synthetic_events():
        recorder.record(event)
        if recorder.steps == 2 and not early:
            early.append((recorder.trace(), dumps(recorder.trace())))
    trace, text = early[0]
    assert dumps(trace) == text


def test_a_finished_particle_keeps_its_uid_through_resampling() -> None:
    trace = synthetic_trace(particles=32, steps=8, seed=4)
    stays = [(t, n) for t in range(1, 8) for n in range(32) if not trace.written[t, n]]
    assert stays  # else this test shows nothing
    for t, n in stays:
        parent = trace.ancestors[t - 1, n]
        assert trace.finished[t - 1, parent]
        assert trace.uids[t, n] == trace.uids[t - 1, parent]
        assert (trace.texts[t][n], trace.token_ids[t][n], trace.ends[t][n], trace.tokens[t, n]) == ("", [], "", 0)
        assert trace.token_log_probs[t][n] == trace.entropies[t][n] == []
        assert trace.token_rewards[t][n] == trace.reward_ends[t][n] == []
    fresh = trace.uids[trace.written]
    assert len(np.unique(fresh)) == len(fresh)


def test_what_was_said_inside_of_a_step_is_recorded_with_its_place_and_is_part_of_the_past() -> None:
    trace = synthetic_trace(particles=8, steps=5, seed=4, inside=True)
    for t, n in zip(*np.nonzero(trace.written), strict=True):
        said = trace.token_reward(int(t), int(n))
        words = [trace.texts[t][n][a:b] for a, b in pairwise((0, *said.ends))]
        assert [word.strip() for word in words] == trace.texts[t][n].split()
        assert said.rewards[-1] == pytest.approx(trace.rewards[t, n], abs=1e-4)
        assert trace.past()[0].tokens[t][n] == said
    assert loads(dumps(trace)).token_rewards == trace.token_rewards
    assert dumps(synthetic_trace(particles=8, steps=5, seed=4).upto(2)) != dumps(trace.upto(2))
    assert trace.upto(2).reward_ends == trace.reward_ends[:2]


def test_what_a_stopped_run_leaves_of_a_step_is_dropped() -> None:
    events = list(synthetic_events())
    cut = max(k for k, event in enumerate(events) if isinstance(event, ParticlesWeighed))
    recorder = Recorder()
    for event in events[: cut + 1]:
        recorder.record(event)
    recorder.record(events[-1])
    assert recorder.trace().steps == 5
    assert recorder.trace().status == "finished"


def test_a_run_stopped_in_its_first_step_has_no_steps() -> None:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    trace = recorder.trace()
    assert trace.steps == 0
    assert trace.weights.shape == (0, 16)
    assert trace.answer is None


def test_watch_passes_every_event_on() -> None:
    recorder = Recorder()
    assert [type(e) for e in recorder.record_each(synthetic_events())] == [type(e) for e in synthetic_events()]
    assert recorder.trace().steps == 6


def test_events_out_of_order_are_refused() -> None:
    with pytest.raises(TraceError, match="RunStarted"):
        Recorder().trace()
    events = list(synthetic_events())
    recorder = Recorder()
    recorder.record(events[0])
    with pytest.raises(TraceError, match=r"before `StepsExtended`"):
        recorder.record(next(e for e in events if isinstance(e, ParticlesSelected)))
    first = [
        next(e for e in events if isinstance(e, kind))
        for kind in (RunStarted, StepsExtended, StepsScored, ParticlesWeighed, ParticlesSelected)
    ]
    second = Recorder()
    for event in first:
        second.record(event)
    for event in first[1:4]:
        second.record(event)
    with pytest.raises(TraceError, match="step 1 was expected"):
        second.record(first[4])


def test_an_unfinished_particle_without_a_step_is_refused() -> None:
    events = list(synthetic_events())
    recorder = Recorder()
    recorder.record(events[0])
    for event in events[1:5]:
        if isinstance(event, StepsExtended):
            event = StepsExtended(event.step, {slot: step for slot, step in event.steps.items() if slot != 3})
        if isinstance(event, ParticlesSelected):
            with pytest.raises(TraceError, match=r"\[3\]"):
                recorder.record(event)
        else:
            recorder.record(event)


def test_each_sweep_is_a_trace_of_its_own() -> None:
    trace = tempering()
    assert len(trace.sweeps) == 18
    for number, sweep in enumerate(trace.sweeps):
        as_it_was = trace.sweep(number)
        assert as_it_was.rewards is sweep.rewards
        assert len(as_it_was.earlier) == number
        assert all(swap.iteration < sweep.iteration for swap in as_it_was.swaps) or number == 17
        assert sweep.status == "finished"
    with pytest.raises(IndexError, match="sweeps 0 to 17"):
        trace.sweep(18)


def test_a_snapshot_between_two_sweeps_is_the_one_that_is_over() -> None:
    recorder, counts = Recorder(), []
    for event in stream("toy", generator=toy.ToyGenerator(), reward=toy.reward, method="particle_gibbs", iterations=3,
                        particles=4, max_steps=3):  # fmt: skip
        recorder.record(event)
        trace = recorder.trace()
        counts.append((len(trace.earlier), trace.steps))
        assert trace.status == ("running" if not isinstance(event, RunEnded) else "finished")
        assert all(sweep.steps for sweep in trace.sweeps) or len(trace.sweeps) == 1
    assert counts == sorted(counts)
    assert counts[-1][0] == 2


def test_the_tokens_of_a_pinned_trajectory_are_counted_once() -> None:
    trace = gibbs()
    every = sum(int(sweep.tokens.sum()) for sweep in trace.sweeps)
    again = sum(int(sweep.tokens[:, 0].sum()) for sweep in trace.sweeps[1:])
    assert trace.written_tokens == every - again
    assert again > 0


def test_the_answers_of_a_run_are_those_of_the_first_chain_with_equal_shares() -> None:
    trace = tempering()
    target = [sweep for sweep in trace.sweeps if sweep.chain == 0]
    pooled = tabulate(*target)
    assert len(pooled.unanswered) == 6 * 4  # letters box no answer
    assert trace.pooled == pooled
    assert trace.choice is None
    assert trace.chosen == ()


def test_an_unknown_log_probability_is_nan_and_comes_back_as_unknown() -> None:
    class Silent(toy.ToySession):
        def extend(self, active, step, given=NO_STEPS):
            *counts, steps = super().extend(active, step, given)
            yield from counts
            yield {
                slot: replace(one, log_prob=None, token_log_probs=()) if slot else one for slot, one in steps.items()
            }

    class SilentGenerator(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            return Silent(particles, seed)

    trace = pfviz.run("toy", particles=3, generator=SilentGenerator(), reward=toy.reward, method="best_of_n")
    assert np.isnan(trace.log_probs[0]).tolist() == [False, True, True]
    assert trace.written_step(0, 1).log_prob is None
    assert trace.written_step(0, 0).log_prob == trace.log_probs[0, 0] < 0
    again = loads(dumps(trace))
    assert np.array_equal(again.log_probs, trace.log_probs, equal_nan=True)
    assert np.isfinite(trace.log_weights).all()
