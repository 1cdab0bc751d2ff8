"""Runs of the fake pair by real methods, for what compares runs."""

from __future__ import annotations

from functools import cache
from typing import Any

import pfviz
from pfviz.trace import Trace
from tests.browser.fake_pair import FakeGenerator, FakeReward

PROBLEM = "Compute 10 + 10"


@cache
def make_run(method: str = "particle_filtering", problem: str = PROBLEM, **settings: Any) -> Trace:
    """A run of eight particles with seed 3; the fake generator reaches the truth, 20, by steps without a slip."""
    known = {"particles": 8, "seed": 3, "truth": "20", **settings}
    return pfviz.run(problem, generator=FakeGenerator(pace=0), reward=FakeReward(), method=method, **known)
