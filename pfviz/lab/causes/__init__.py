"""The causes that are looked for, in the order in which they take their share of the evidence.

A new one is a file here and a line below.
"""

from __future__ import annotations

from collections.abc import Callable

from pfviz.lab.causes.base import Evidence, Finding, OpenQuestion
from pfviz.lab.causes.capped import find_capped
from pfviz.lab.causes.flat_or_inverted import find_flat, find_inverted, find_saturated
from pfviz.lab.causes.missed_errors import find_missed_errors
from pfviz.lab.causes.narrow_range import find_coarse, find_narrow_range
from pfviz.lab.causes.noise import find_noise
from pfviz.lab.causes.overconfidence import find_overconfidence
from pfviz.lab.causes.problem_offset import find_problem_offset
from pfviz.lab.causes.short_steps import find_short_steps
from pfviz.lab.causes.slow_reaction import find_slow_reaction
from pfviz.lab.causes.spurious_features import find_spurious_features
from pfviz.lab.causes.unexplained import find_unexplained

CauseFinder = Callable[[Evidence], "Finding | list[Finding] | None"]

CAUSE_FINDERS: tuple[CauseFinder, ...] = (
    find_flat,
    find_inverted,
    find_saturated,
    find_narrow_range,
    find_capped,
    find_spurious_features,
    find_missed_errors,
    find_slow_reaction,
    find_coarse,
    find_noise,
    find_unexplained,
    find_overconfidence,
    find_problem_offset,
    find_short_steps,
)

__all__ = ["CAUSE_FINDERS", "CauseFinder", "Evidence", "Finding", "OpenQuestion"]
