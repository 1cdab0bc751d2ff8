"""What a budget of N generations is under each method, so that N means the same everywhere: solutions that are written.

A method has one line here; a pair of method and budget that makes no sense has no settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings

BUDGETS = (1, 2, 4, 8, 16, 32, 64)
INDEPENDENT_METHODS = ("best_of_n", "weighted_best_of_n", "self_consistency")
"""Methods that never select: with the same seed they write the same N solutions, and differ in how they weigh them."""

BudgetRule = Callable[[int, int], dict[str, Any] | None]  # (budget, usual width) -> settings


def _particle_settings(n: int, width: int) -> dict[str, Any]:
    return {"particles": n}


def _beam_settings(n: int, width: int) -> dict[str, Any]:
    return {"particles": n, "width": min(width, n)}


def _single_settings(n: int, width: int) -> dict[str, Any] | None:
    return {"particles": 1} if n == 1 else None


def _gibbs_settings(n: int, width: int) -> dict[str, Any] | None:
    # N / K particles in each of K iterations, as the paper counts; the pinned ones, which are not written, are N too.
    iterations = 4 if n >= 16 else 2
    return {"particles": n // iterations, "iterations": iterations} if n >= 4 else None


def _tempering_settings(n: int, width: int) -> dict[str, Any] | None:
    return {"particles": n // 4, "iterations": 2, "chains": 2} if n >= 8 else None


BUDGET_RULES: dict[str, BudgetRule] = {
    "particle_filtering": _particle_settings,
    "entropic_particle_filtering": _particle_settings,
    "particle_gibbs": _gibbs_settings,
    "parallel_tempering": _tempering_settings,
    "beam_search": _beam_settings,
    "dvts": _beam_settings,
    "best_of_n": _particle_settings,
    "weighted_best_of_n": _particle_settings,
    "self_consistency": _particle_settings,
    "greedy": _single_settings,
}


def settings_for(method: str, budget: int, common: Settings | None = None) -> Settings | None:
    """The settings with which a method spends `budget` generations, the rest as in `common`; None if it cannot.

    Raises:
        StudyError: nobody has said what a budget is under that method.
        SettingError: the budget is no number of particles.
    """
    common = common or Settings()
    if method not in BUDGET_RULES:
        raise StudyError(f"A study knows no budget for the method {method!r}. Choose from: {', '.join(BUDGET_RULES)}.")
    chosen = BUDGET_RULES[method](budget, common.width)
    return None if chosen is None else replace(common, **chosen)
