"""The causes that are looked for, in the order in which they take their share of the evidence.

A new one is a file here and a line below.
"""

from __future__ import annotations

from collections.abc import Callable

from pfviz.lab.causes.base import Evidence, Finding, Wanted
from pfviz.lab.causes.blind import blindness
from pfviz.lab.causes.capped import capped
from pfviz.lab.causes.level import level
from pfviz.lab.causes.narrow import coarse, narrow
from pfviz.lab.causes.noise import noise
from pfviz.lab.causes.offset import offset
from pfviz.lab.causes.slow import slow
from pfviz.lab.causes.taste import tastes
from pfviz.lab.causes.unexplained import unexplained
from pfviz.lab.causes.whole import inverted, saturated, silent

Look = Callable[[Evidence], "Finding | list[Finding] | None"]

LOOKS: tuple[Look, ...] = (
    silent, inverted, saturated, narrow, capped, tastes, blindness, slow, coarse, noise, unexplained, level, offset
)  # fmt: skip

__all__ = ["LOOKS", "Evidence", "Finding", "Look", "Wanted"]
