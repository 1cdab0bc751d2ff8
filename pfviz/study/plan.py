"""The units of a study, and the jobs that settle them: who is measured on what, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pfviz.errors import StudyError
from pfviz.inference.methods import METHODS
from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem

BUDGETS = (1, 2, 4, 8, 16, 32, 64)
"""Numbers of generations N at which methods are compared: solutions that are written, the same under every method."""
SEED_STRIDE = 1_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """One run that is asked for: a method with a budget of generations, a problem by its index, a seed."""

    method: str
    budget: int
    problem: int
    seed: int

    @property
    def run_seed(self) -> int:
        """The seed of the run: the same for every method and budget, so that they are compared on the same numbers; no
        two problems or seeds share one, as long as there are fewer than a million problems."""
        return self.seed * SEED_STRIDE + self.problem


@dataclass(frozen=True, slots=True)
class Job:
    """Units of one problem, budget and seed that a single run settles."""

    units: tuple[Unit, ...]
    problem: Problem


def settings_for(method: str, budget: int, common: Settings | None = None) -> Settings | None:
    """Return the settings with which a method spends `budget` generations, the rest as in `common`; None if it cannot.

    Raises:
        StudyError: there is no such method.
        SettingError: the budget is no number of particles.
    """
    if method not in METHODS:
        raise StudyError(f"A study knows no method {method!r}. Choose from: {', '.join(METHODS)}.")
    return METHODS[method].settings_for_budget(common or Settings(), budget)


def units(methods: Sequence[str], budgets: Sequence[int], problems: int, seeds: int) -> list[Unit]:
    """All units, those of the first seed first and of the first problem first, so that a study that is broken off has
    whole problems. A method that draws nothing has one seed. Pairs that make no sense are left out."""
    return [
        Unit(method, budget, problem, seed)
        for seed in range(seeds)
        for problem in range(problems)
        for budget in sorted(set(budgets))
        for method in dict.fromkeys(methods)
        if settings_for(method, budget) is not None and not (seed and METHODS[method].deterministic)
    ]


def jobs(wanted: Iterable[Unit], problems: Sequence[Problem]) -> Iterator[Job]:
    """Jobs for the units, in their order. Methods that only read the same independent solutions share a run."""

    def run(unit: Unit) -> tuple[int, int, int, str]:
        shared = "independent" if METHODS[unit.method].independent else unit.method
        return unit.seed, unit.problem, unit.budget, shared

    place: dict[tuple[int, int, int, str], list[Unit]] = {}
    for unit in wanted:
        place.setdefault(run(unit), []).append(unit)
    for (_, problem, _, _), group in place.items():
        yield Job(tuple(group), problems[problem])
