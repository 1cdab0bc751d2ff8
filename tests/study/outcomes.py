"""Invented outcomes, for what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pfviz.inference.methods import METHODS
from pfviz.inference.settings import PICKS
from pfviz.study.plan import Unit
from pfviz.study.run_job import Outcome

INDEPENDENT_METHODS = tuple(name for name, method in METHODS.items() if method.independent)


def outcome(unit: Unit, right: bool | dict[str, bool] = True, **measures: Any) -> Outcome:
    given = right if isinstance(right, dict) else dict.fromkeys(PICKS, right)
    usual: dict[str, Any] = {
        "right_share": 0.5, "right_mass": 0.5, "top_right": 0.9, "top_wrong": None, "tokens": 100 * unit.budget,
        "seconds": 0.5, "steps": 4, "log_evidence": -1.5, "least_ess": 0.25, "families": 1,
        "reward_tokens": 50 * unit.budget, "reference_steps": 1 + unit.problem % 4, "right_steps": 4,
        "right_shares": (0.25, 0.5, 0.5, 0.5),
    }  # fmt: skip
    return Outcome(unit, given, **usual | measures)


def outcomes(units: Iterable[Unit], right: Callable[[Unit], bool]) -> dict[Unit, Outcome]:
    return {unit: outcome(unit, right(unit)) for unit in units}
