"""Results of invented studies, in which some methods are better than others."""

from __future__ import annotations

import math

from pfviz.study.plan import BUDGETS, Unit, units
from pfviz.study.result import Result
from pfviz.study.summary import summarise
from tests.study.outcomes import outcomes

SKILL = {"particle_filtering": 1.5, "dvts": 1.2, "greedy": 3.0, "self_consistency": 0.5}
"""How much each method gains from twice the generations."""


def result(methods: tuple[str, ...] = tuple(SKILL), budgets: tuple[int, ...] = BUDGETS, problems: int = 24) -> Result:
    """Of one seed, on problems of which every twelfth is as hard as the first."""

    def right(unit: Unit) -> bool:
        return unit.problem % 12 < 3 + SKILL.get(unit.method, 1.0) * math.log2(unit.budget)

    wanted = units(methods, budgets, problems, 1)
    return summarise(outcomes(wanted, right), wanted, {"problem_seed": 0, "settings": {"tau": 1.0}})
