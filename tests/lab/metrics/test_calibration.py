"""Reliability, Brier score and expected calibration error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG
from pfviz.lab.metrics.calibration import brier, calibration_error, overconfidence, reliability
from pfviz.lab.table.prefixes import PrefixTable
from tests.lab.tables import table


def scored(pairs: list[tuple[float, int]], problems: int = 5) -> PrefixTable:
    """These rewards and labels in each problem."""
    return table([(p, [("a", label, reward)]) for p in range(problems) for reward, label in pairs])


PAIRS = [(0.95, RIGHT), (1.0, WRONG), (0.25, WRONG), (0.25, WRONG), (0.25, RIGHT), (0.5, UNKNOWN)]


def test_bins_hold_what_is_known() -> None:
    found = reliability(scored(PAIRS))
    assert [(one.low, one.high) for one in found] == [(0.2, pytest.approx(0.3)), (0.9, 1.0)]
    assert [one.reward for one in found] == pytest.approx([0.25, 0.975])
    assert [one.right.value for one in found] == pytest.approx([1 / 3, 0.5])
    assert [one.right.count for one in found] == [15, 10]


def test_the_scores_by_hand() -> None:
    rows = scored(PAIRS)
    assert brier(rows).value == pytest.approx((0.05**2 + 1 + 2 * 0.25**2 + 0.75**2) / 5)
    assert overconfidence(rows).value == pytest.approx((0.95 + 1 + 0.75) / 5 - 0.4)
    error = (2 * abs(0.975 - 0.5) + 3 * abs(0.25 - 1 / 3)) / 5
    assert calibration_error(rows).value == pytest.approx(error)
    assert calibration_error(rows).low == pytest.approx(error)  # all problems are alike


def test_a_calibrated_reward_has_no_error() -> None:
    rows = scored([(0.75, RIGHT)] * 3 + [(0.75, WRONG)])
    assert calibration_error(rows).value == pytest.approx(0)
    assert brier(rows).value == pytest.approx(0.75 * 0.25)
    assert overconfidence(rows).value == pytest.approx(0)


def test_the_interval_is_of_problems() -> None:
    """Half of them are all right, half all wrong: their mix is what is uncertain."""
    rows = table([(p, [("a", RIGHT if p % 2 else WRONG, 0.5)] * 3) for p in range(20)])
    found = calibration_error(rows)
    assert found.value == pytest.approx(0)
    assert found.high > 0.1
    assert (found.count, found.groups) == (60, 20)


def test_nothing_known_is_nothing_told() -> None:
    for rows in (table([]), scored([(0.5, UNKNOWN)])):
        assert reliability(rows) == []
        for found in (brier(rows), calibration_error(rows), overconfidence(rows)):
            assert math.isnan(found.value)
            assert found.count == 0


def test_a_reward_of_one_is_in_the_last_bin() -> None:
    assert [one.high for one in reliability(scored([(1.0, RIGHT), (np.nextafter(1, 0), RIGHT)]))] == [1.0]
