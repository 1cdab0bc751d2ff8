"""The methods other than particle filtering, on the toy language and on populations made by hand."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import numpy as np
import pytest

import pfviz
from pfviz.errors import SettingError
from pfviz.inference.methods import METHODS, make_method
from pfviz.inference.methods.base import Family, Method, Population
from pfviz.inference.settings import Settings
from pfviz.inference.weights import ess, log_odds
from pfviz.trace import Trace
from tests.contracts import toy

NAN = float("nan")


def population(history: list[list[float]], finished: list[bool], step: int = 0, max_steps: int = 16) -> Population:
    n = len(finished)
    return Population(step, max_steps, np.array(history), np.array(finished), np.full(n, -np.log(n)))


def ancestors(method: Method, seen: Population) -> list[int]:
    made = method.select(np.random.default_rng(0), seen, method.weigh(seen).log_weights)
    assert np.exp(made.log_carried).sum() == pytest.approx(1)
    return [int(a) for a in made.ancestors]


def solve(method: str, **settings: object) -> Trace:
    return pfviz.run("toy", generator=toy.ToyGenerator(), reward=toy.reward, method=method, max_steps=3, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_runs_and_says_what_it_is(name: str) -> None:
    method = make_method(name, Settings(particles=8))
    assert method.title
    assert method.description.endswith(".")
    assert set(method.setting_names) <= {field.name for field in fields(Settings)}
    trace = solve(name, particles=8, seed=3)
    assert trace.status == "finished"
    assert trace.method == name
    assert trace.particles == method.settings.particles
    assert trace.settings["pick"] == method.usual_pick
    assert np.isfinite(trace.log_weights).all()


def test_an_unknown_method_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingError, match="particle_filtering, entropic"):
        make_method("luck", Settings())


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.independent])
def test_independent_particles_are_never_copied_and_are_the_same_under_every_such_method(name: str) -> None:
    trace = solve(name, particles=8, seed=3)
    assert not trace.resampled.any()
    assert (trace.ancestors == np.arange(8)).all()
    assert trace.texts == solve("best_of_n", particles=8, seed=3).texts


def test_a_method_says_all_about_itself() -> None:
    """What was a list of names elsewhere."""
    families = {family: [name for name in METHODS if METHODS[name].family == family] for family in get_args(Family)}
    assert all(families.values())
    assert {"particle_filtering", "particle_gibbs"} <= set(families["filter"])
    assert {"beam_search", "dvts"} <= set(families["search"])
    assert {"best_of_n", "greedy"} <= set(families["sampling"])
    independent = {name for name, method in METHODS.items() if method.independent}
    assert {"best_of_n", "weighted_best_of_n", "self_consistency"} <= independent <= set(families["sampling"])
    for name, method in METHODS.items():
        assert method.deterministic == (make_method(name, Settings()).settings.temperature == 0)


def test_a_chain_has_the_tau_that_its_method_says() -> None:
    settings = Settings(tau=0.5, ladder=3.0, chains=3, particles=4)
    assert [METHODS["parallel_tempering"].chain_tau(settings, k) for k in range(3)] == [0.5, 1.5, 4.5]
    for method in METHODS.values():
        chains = method(settings).chains
        assert [one.settings.tau for one in chains] == [method.chain_tau(settings, k) for k in range(len(chains))]


def test_best_of_n_weighs_by_the_aggregated_reward() -> None:
    trace = solve("best_of_n", particles=6, seed=1, aggregation="product")
    assert trace.weights[-1] == pytest.approx(trace.scores[-1] / trace.scores[-1].sum())


def test_self_consistency_counts() -> None:
    trace = solve("self_consistency", particles=6, seed=1)
    assert trace.weights[-1] == pytest.approx(np.full(6, 1 / 6))


def test_greedy_is_one_particle_at_temperature_0() -> None:
    trace = solve("greedy", particles=32, temperature=1.0)
    assert trace.particles == 1
    assert trace.settings["temperature"] == 0


def test_beam_search_copies_the_best() -> None:
    beam = make_method("beam_search", Settings(particles=8, width=4))
    seen = population([[0.1, 0.9, 0.2, 0.3, 0.8, 0.4, 0.5, 0.6]], [False] * 8)
    assert ancestors(beam, seen) == [1] * 4 + [4] * 4


def test_beam_search_keeps_finished_particles_aside() -> None:
    beam = make_method("beam_search", Settings(particles=6, width=2))
    seen = population([[0.9, 0.1, 0.5, 0.2, 0.7, 0.4]], [True, False, False, False, False, True])
    assert ancestors(beam, seen) == [0, 2, 2, 4, 4, 5]


def test_beam_search_goes_by_the_aggregation() -> None:
    history = [[0.1, 0.5, 0.6, 0.4], [0.9, 0.5, 0.4, 0.3]]
    for how, best in (("last", 0), ("min", 1), ("product", 1), ("mean", 0)):
        beam = make_method("beam_search", Settings(particles=4, width=4, aggregation=how))
        assert ancestors(beam, population(history, [False] * 4, step=1)) == [best] * 4


def test_dvts_keeps_its_subtrees_apart() -> None:
    dvts = make_method("dvts", Settings(particles=7, width=3))
    seen = population([[0.1, 0.2, 0.3, 0.9, 0.8, 0.7, 0.05]], [False] * 7)
    assert ancestors(dvts, seen) == [2, 2, 2, 3, 3, 3, 6]


def test_ties_go_to_the_lower_slot() -> None:
    seen = population([[0.5] * 4], [False] * 4)
    for name in ("beam_search", "dvts"):
        assert ancestors(make_method(name, Settings(particles=4, width=4)), seen) == [0] * 4


@pytest.mark.parametrize(("step", "tempered"), [(0, True), (7, True), (8, False)])
def test_entropic_flattens_peaked_weights_early(step: int, tempered: bool) -> None:
    """k = max(1, (N / ESS)(1 - t/T)) from the definition."""
    entropic = make_method("entropic_particle_filtering", Settings(particles=4, tau=0.5))
    rewards = np.array([0.99, 0.2, 0.1, 0.1])
    made = entropic.weigh(population([rewards.tolist()] * (step + 1), [False] * 4, step))
    plain = log_odds(rewards) / 0.5 - np.log(4)
    k = (4 / ess(plain)) * (1 - step / 16) if tempered else 1.0
    assert k > 1 or not tempered
    assert made.temperature == pytest.approx(0.5 * k)
    assert made.log_weights == pytest.approx(log_odds(rewards) / (0.5 * k) - np.log(4))


def test_entropic_leaves_even_weights_and_the_last_ones_as_they_are() -> None:
    entropic = make_method("entropic_particle_filtering", Settings(particles=4))
    assert entropic.weigh(population([[0.5, 0.5, 0.5, 0.6]], [False] * 4)).temperature == 1
    assert entropic.weigh(population([[0.99, 0.2, 0.1, 0.1]], [True] * 4)).temperature == 1


def test_a_finished_particle_has_the_history_of_its_own_steps() -> None:
    seen = population([[0.2, 0.4], [NAN, 0.8]], [True, True], step=1)
    assert seen.scores("last").tolist() == [0.2, 0.8]
    assert seen.scores("mean") == pytest.approx([0.2, 0.6])
    assert seen.previous_scores("last").tolist() == [0.2, 0.4]
