"""Estimates in words."""

from __future__ import annotations

import math

from pfviz.figures.lab.estimates import format_estimate
from pfviz.stats.estimate import Estimate
from tests.figures.lab.estimates import NOT_KNOWN


def test_an_estimate_in_words() -> None:
    assert format_estimate(Estimate(0.9, 0.82, 0.96, 10, 2)) == "0.90 (0.82 to 0.96)"
    assert format_estimate(Estimate(-0.1, -0.2, 0.0, 10, 2)) == "−0.10 (−0.20 to 0.00)"
    assert format_estimate(Estimate(0.9, math.nan, math.nan, 1, 1)) == "0.90"
    assert format_estimate(NOT_KNOWN) == "not known"
