"""A number with its interval."""

from __future__ import annotations

import math

import pytest

from pfviz.stats.estimate import NO_ESTIMATE, Estimate


def test_an_interval_lies_on_one_side() -> None:
    found = Estimate(0.5, 0.4, 0.6, 10, 5)
    assert found.excludes(0.3)
    assert found.excludes(0.7)
    assert not found.excludes(0.45)
    assert found.standard_error == pytest.approx(0.2 / 3.92)


def test_a_falling_function_turns_the_interval() -> None:
    assert Estimate(0.5, 0.25, 0.625, 10, 5).transform(lambda x: 1 - x) == Estimate(0.5, 0.375, 0.75, 10, 5)


def test_a_file_holds_the_number_and_its_ends() -> None:
    assert Estimate(0.5, 0.25, math.inf, 10, 5).interval() == {"value": 0.5, "low": 0.25, "high": math.inf}


def test_where_nothing_is_known() -> None:
    assert all(map(math.isnan, NO_ESTIMATE.interval().values()))
    assert (NO_ESTIMATE.count, NO_ESTIMATE.groups) == (0, 0)
    assert not NO_ESTIMATE.excludes(0.0)
