"""Another rule on recorded populations: the run's own rule gives the run itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics.rewards.counterfactual import UNKNOWN_FUTURES_CAVEAT, replay_selections
from pfviz.diagnostics.rewards.reweighing import ReweighedSweep, Rule, recorded_rule
from pfviz.errors import SettingError
from pfviz.inference.weights import log_normalise, normalise
from pfviz.trace import Trace
from tests.contracts import toy
from tests.sweeps import gibbs, tempering
from tests.traces import synthetic_trace


def toy_run(**settings: Any) -> Trace:
    return pfviz.run("toy", generator=toy.ToyGenerator(), reward=toy.reward, max_steps=toy.LENGTH, seed=2, **settings)


RUNS = {
    "always": toy_run(particles=8),
    "ess": toy_run(particles=8, trigger="ess", threshold=0.9, resampler="ssp", tau=0.3),
    "absorbing": toy_run(particles=8, finished="absorbing", trigger="ess", threshold=0.95, tau=0.3),
    "telescoped": toy_run(
        particles=8, potential="telescoped", tau_start_factor=4, aggregation="min", resampler="killing"
    ),
    "entropic": toy_run(particles=8, method="entropic_particle_filtering", tau=0.1),
    "gibbs": gibbs(),
    "gibbs, second sweep": gibbs().sweep(1),
    "tempering": tempering(),
    "tempering, hot": tempering().sweep(2),
}


@pytest.mark.parametrize("trace", RUNS.values(), ids=RUNS)
def test_the_run_s_own_rule_gives_the_run_itself(trace: Trace) -> None:
    again = ReweighedSweep(trace, recorded_rule(trace))
    for made, recorded in zip(again, trace.log_weights, strict=True):
        assert log_normalise(made.log_weights) == pytest.approx(log_normalise(recorded))
    found = replay_selections(trace, recorded_rule(trace))
    assert len(found.events) == trace.steps - 1
    for event in found.events:
        assert event.alternative.offspring.tolist() == event.recorded.offspring.tolist()
        assert (event.alternative.resampled, event.alternative.parents) == (
            event.recorded.resampled,
            event.recorded.parents,
        )
        assert event.alternative.ess == pytest.approx(event.recorded.ess)
    assert found.answer == found.recorded


def test_another_seed_changes_the_draw_and_not_the_weights() -> None:
    trace = RUNS["always"]
    rule = recorded_rule(trace)
    plain, other = replay_selections(trace, rule), replay_selections(trace, replace(rule, seed=99))
    assert [event.alternative.ess for event in plain.events] == [event.alternative.ess for event in other.events]
    assert any(
        (a.alternative.offspring != b.alternative.offspring).any()
        for a, b in zip(plain.events, other.events, strict=True)
    )


def test_a_cold_rule_keeps_the_best_alone_and_a_hot_one_everybody() -> None:
    trace = synthetic_trace(8, 4)
    rule = replace(recorded_rule(trace), resampler="systematic")
    cold, hot = replay_selections(trace, replace(rule, tau=0.001)), replay_selections(trace, replace(rule, tau=1000.0))
    for event in cold.events:
        best = trace.rewards[event.step] == trace.rewards[event.step].max()
        assert event.alternative.offspring[best].sum() == 8
    assert all(event.alternative.parents == 8 for event in hot.events)


def test_a_trigger_that_does_not_fire_leaves_everybody() -> None:
    rule = Rule(trigger="ess", threshold=0.0)
    for event in replay_selections(RUNS["always"], rule).events:
        assert event.alternative.resampled is False
        assert event.alternative.offspring.tolist() == [1] * 8


def test_a_method_that_selects_nobody_is_asked_as_if_it_had() -> None:
    trace = toy_run(particles=8, method="best_of_n")
    found = replay_selections(trace, Rule())
    assert not any(event.recorded.resampled for event in found.events)
    assert all(event.alternative.resampled for event in found.events)
    # Nothing was resampled, so the weights of the steps before are still there.
    odds = np.log(trace.rewards) - np.log1p(-trace.rewards)
    assert normalise(list(ReweighedSweep(trace, Rule()))[1].log_weights) == pytest.approx(normalise(odds[0] + odds[1]))


def test_the_pinned_slot_survives_every_rule() -> None:
    trace = gibbs()
    assert trace.pinned
    for event in replay_selections(trace, replace(recorded_rule(trace), tau=0.001, resampler="systematic")).events:
        assert event.alternative.offspring[0] > 0


def test_a_failed_particle_has_no_weight_under_any_rule() -> None:
    trace = synthetic_trace(8, 3)
    ends = [list(row) for row in trace.ends]
    ends[0][3] = "failed"
    found = replay_selections(replace(trace, ends=ends), Rule(potential="score"))
    assert found.events[0].alternative.offspring[3] == 0


@pytest.mark.parametrize(("particles", "steps"), [(4, 1), (1, 1), (1, 5)])
def test_small_runs(particles: int, steps: int) -> None:
    trace = synthetic_trace(particles, steps)
    found = replay_selections(trace, recorded_rule(trace))
    assert len(found.events) == steps - 1
    assert found.answer is not None
    assert found.caveat == UNKNOWN_FUTURES_CAVEAT


def test_a_stopped_run_has_its_last_event() -> None:
    cut = RUNS["always"].upto(1)
    assert [event.step for event in replay_selections(cut, recorded_rule(cut)).events] == [0]


def test_numbers_may_be_typed_and_nonsense_is_refused_by_name() -> None:
    trace = RUNS["always"]
    assert replay_selections(trace, Rule(tau="0.5")).rule.tau == 0.5  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="Tau is -1"):
        replay_selections(trace, Rule(tau=-1.0))


def test_a_file_may_say_what_no_run_does() -> None:
    alone = replace(synthetic_trace(1, 3), method="particle_gibbs")  # it needs two particles
    assert recorded_rule(alone).resampler == "systematic"
    hot = replace(synthetic_trace(4, 3), method="parallel_tempering", chain=10**6)
    assert recorded_rule(hot).tau == 1000.0
    assert recorded_rule(replace(hot, seed=10**30)).seed == 2**63 - 1
    assert len(replay_selections(hot, recorded_rule(hot)).events) == 2


def test_settings_that_nobody_knows_are_the_usual_ones() -> None:
    trace = synthetic_trace(8, 3)
    strange = replace(trace, settings={**trace.settings, "resampler": "<b>", "tau": "x", "later": 1})
    rule = recorded_rule(strange)
    assert (rule.resampler, rule.tau) == ("multinomial", 1.0)
