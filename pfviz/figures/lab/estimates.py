"""Numbers with intervals, as figures of the reward lab draw and tell them, and the particle behind a mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pfviz.figures import theme
from pfviz.lab.diagnosis import Diagnosis
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number, pluralise
from pfviz.types import BoolArray, FloatArray


def format_estimate(one: Estimate) -> str:
    """0.90 (0.82 to 0.96), without an interval where there is none, and "not known" for nan."""
    if math.isnan(one.value):
        return "not known"
    interval = "" if math.isnan(one.low) else f" ({format_number(one.low)} to {format_number(one.high)})"
    return f"{format_number(one.value)}{interval}"


def error_bars(estimates: Sequence[Estimate], colour: str | None = None) -> dict[str, Any]:
    """Error bars from the low to the high end of each interval; none where it is not known."""
    ends = [
        (0.0, 0.0) if math.isnan(one.low) else (max(0.0, one.high - one.value), max(0.0, one.value - one.low))
        for one in estimates
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [round(above, 4) for above, _ in ends],
        "arrayminus": [round(below, 4) for _, below in ends],
        "thickness": 1.3,
        "width": 4,
        "color": colour or theme.OUTLINE,
    }


def format_counts(one: Estimate, what: str = "prefixes") -> str:
    """How much is behind an estimate: 384 prefixes in 20 problems."""
    noun = {"prefixes": "prefix"}.get(what, what.removesuffix("s"))
    return f"{pluralise(one.count, noun, what)} in {pluralise(one.groups, 'problem')}"


def example_particle(diagnosis: Diagnosis, members: BoolArray, order: FloatArray) -> list[int] | None:
    """[run, sweep, uid] of the member row (R,) that is first in `order` (R,), the smallest; None without members. It is
    the customdata of a mark, by which a page shows that particle."""
    rows = np.flatnonzero(members)
    if not len(rows):
        return None
    return list(diagnosis.node(int(rows[np.argmin(order[rows])])))
