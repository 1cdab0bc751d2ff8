"""The runs that a run is set against have its problem, models and seed, and spend as many generations."""

from __future__ import annotations

import pytest

import pfviz
from pfviz.comparison.rivals import plan_rivals
from pfviz.comparison.summary import count_generations
from pfviz.errors import ComparisonError
from pfviz.inference.methods import make_method
from pfviz.inference.settings import Settings
from tests.browser.fake_pair import FakeGenerator, FakeReward
from tests.comparison.runs import make_run
from tests.sweeps import gibbs
from tests.traces import synthetic_trace


def test_rivals_have_the_same_seed_problem_settings_and_number_of_generations() -> None:
    trace = make_run(temperature=0.5, width=2)
    rivals = plan_rivals(trace)
    assert [rival.method for rival in rivals] == ["best_of_n", "dvts"]
    for rival in rivals:
        arguments = {"generator": FakeGenerator(pace=0), "reward": FakeReward()}
        made = pfviz.run(rival.problem, **{**rival.arguments, **arguments})
        assert rival.is_made(made)
        assert not rival.is_made(trace)
        assert (made.seed, made.problem, made.truth) == (trace.seed, trace.problem, trace.truth)
        assert count_generations(made) == count_generations(trace) == 8
        assert made.settings["temperature"] == 0.5
        assert made.settings["pick"] == "highest"


def test_all_sweeps_of_a_run_are_its_budget() -> None:
    for rival in plan_rivals(gibbs(iterations=4, particles=5)):
        known = {
            name: value for name, value in rival.arguments.items() if name not in ("method", "generator", "reward")
        }
        assert make_method(rival.method, Settings.from_values(**known)).generations == 17


def test_a_run_by_a_rival_is_set_against_particle_filtering() -> None:
    assert [rival.method for rival in plan_rivals(make_run("best_of_n"))] == ["dvts", "particle_filtering"]
    assert [rival.method for rival in plan_rivals(make_run("dvts"))] == ["best_of_n", "particle_filtering"]


def test_a_run_of_another_seed_or_tau_is_not_the_one_that_is_planned() -> None:
    rival = plan_rivals(make_run("best_of_n"))[1]
    assert rival.is_made(make_run())
    assert not rival.is_made(make_run(seed=4))
    assert not rival.is_made(make_run(tau=0.25))
    assert not rival.is_made(make_run(problem="Compute 9 + 9"))


def test_what_an_unknown_method_spent_cannot_be_told() -> None:
    with pytest.raises(ComparisonError, match="particle filtering"):
        plan_rivals(synthetic_trace())
