"""Budgets mean the same under every method, and units are listed in the order in which a study can be broken off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.errors import SettingError, StudyError
from pfviz.inference.methods import METHODS, make_method
from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem
from pfviz.study.plan import BUDGETS, Unit, jobs, settings_for, units
from tests.study.outcomes import INDEPENDENT_METHODS


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_spend_a_budget(method: str) -> None:
    """And spends no more than that."""
    spent = {budget: settings_for(method, budget) for budget in BUDGETS}
    assert any(spent.values())
    for budget, settings in spent.items():
        if settings is not None:
            assert make_method(method, settings).generations <= budget


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("budget", BUDGETS)
def test_settings_fit_their_method(method: str, budget: int) -> None:
    settings = settings_for(method, budget, Settings(tau=0.5))
    if settings is not None:
        assert settings.tau == 0.5
        assert make_method(method, settings).settings.width <= max(4, budget)


@pytest.mark.parametrize("method", [*INDEPENDENT_METHODS, "particle_filtering", "entropic_particle_filtering"])
def test_a_generation_is_a_particle(method: str) -> None:
    for budget in BUDGETS:
        settings = settings_for(method, budget)
        assert settings is not None
        assert settings.particles == budget


@pytest.mark.parametrize(("budget", "width"), [(1, 1), (2, 2), (4, 4), (64, 4)])
@pytest.mark.parametrize("method", ["beam_search", "dvts"])
def test_the_width_is_at_most_the_budget(method: str, budget: int, width: int) -> None:
    settings = settings_for(method, budget)
    assert settings is not None
    assert (settings.particles, settings.width) == (budget, width)


@pytest.mark.parametrize("method", ["particle_gibbs", "parallel_tempering"])
def test_sweeps_share_the_budget(method: str) -> None:
    """Particles × iterations × chains; too small a budget for two particles in each is left out."""
    for budget in BUDGETS:
        settings = settings_for(method, budget)
        if settings is not None:
            chains = settings.chains if method == "parallel_tempering" else 1
            assert settings.particles * settings.iterations * chains == budget
            assert settings.particles >= 2
            assert settings.iterations >= 2
    assert [budget for budget in BUDGETS if settings_for(method, budget)][-1] == 64


def test_greedy_has_one_generation_and_one_seed() -> None:
    assert [budget for budget in BUDGETS if settings_for("greedy", budget)] == [1]
    assert units(["greedy"], BUDGETS, 2, 3) == [Unit("greedy", 1, 0, 0), Unit("greedy", 1, 1, 0)]


def test_what_has_no_budget_is_refused() -> None:
    with pytest.raises(StudyError, match="annealing"):
        settings_for("annealing", 4)
    with pytest.raises(SettingError):
        settings_for("particle_filtering", 5000)


def test_the_first_seed_and_the_first_problems_come_first() -> None:
    listed = units(["dvts", "best_of_n"], [4, 1, 4], 2, 2)
    assert listed[:4] == [
        Unit("dvts", 1, 0, 0), Unit("best_of_n", 1, 0, 0), Unit("dvts", 4, 0, 0), Unit("best_of_n", 4, 0, 0),
    ]  # fmt: skip
    assert [(unit.seed, unit.problem) for unit in listed] == [(s, p) for s in (0, 1) for p in (0, 1) for _ in range(4)]
    assert len(set(listed)) == len(listed)


def test_methods_and_budgets_share_a_seed_and_nothing_else_does() -> None:
    listed = units(["dvts", "best_of_n"], BUDGETS, 50, 4)
    seeds: dict[tuple[int, int], set[int]] = {}
    for unit in listed:
        seeds.setdefault((unit.problem, unit.seed), set()).add(unit.run_seed)
    assert all(len(some) == 1 for some in seeds.values())
    assert len(set.union(*seeds.values())) == 50 * 4


def test_jobs_hold_every_unit_once_and_share_only_what_is_independent() -> None:
    problems = [Problem("Compute 1 + 1", "2"), Problem("Compute 1 + 2", "3")]
    listed = units(list(METHODS), [1, 8], 2, 2)
    made = list(jobs(listed, problems))
    assert sorted(map(repr, (unit for job in made for unit in job.units))) == sorted(map(repr, listed))
    for job in made:
        assert {problems[unit.problem] for unit in job.units} == {job.problem}
        assert len({(unit.budget, unit.problem, unit.seed) for unit in job.units}) == 1
        if len(job.units) > 1:
            assert {unit.method for unit in job.units} == set(INDEPENDENT_METHODS)
    assert sum(len(job.units) > 1 for job in made) == 2 * 2 * 2


def test_a_new_method_says_itself_how_it_spends_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    class Halved(METHODS["best_of_n"]):  # type: ignore[name-defined, misc]
        name = "halved"
        deterministic = True

        @classmethod
        def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
            return replace(common, particles=budget // 2) if budget > 1 else None

    monkeypatch.setitem(METHODS, "halved", Halved)
    assert settings_for("halved", 8) == Settings(particles=4)
    listed = units(["halved", "best_of_n"], [1, 8], 1, 2)
    assert [(unit.method, unit.budget, unit.seed) for unit in listed] == [
        ("best_of_n", 1, 0), ("halved", 8, 0), ("best_of_n", 8, 0), ("best_of_n", 1, 1), ("best_of_n", 8, 1),
    ]  # fmt: skip
