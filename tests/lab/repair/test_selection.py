"""What a repaired reward would have kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.lab.repair.repair import repair_reward, repair_samples
from pfviz.lab.repair.selection import compare_selection, reweigh
from pfviz.models.rewards.calibration_map import CalibrationMap
from pfviz.report.repair import repair_to_html
from tests.figures.processbench.results import processbench
from tests.lab.diagnosed import HOSTILE, runs
from tests.report.files import assert_closed
from tests.traces import synthetic_trace


def made_map(*pairs: tuple[float, float]) -> CalibrationMap:
    scores, values = (tuple(column) for column in zip(*pairs, strict=True))
    return CalibrationMap(reward="r", method="isotonic", scores=scores, values=values, low=values, rows=9, problems=3)


SAME, FLAT = made_map((0, 0), (1, 1)), made_map((0.0, 0.5))


def test_the_same_reward_selects_the_same() -> None:
    trace = synthetic_trace(8, 6, trigger="always")
    found = reweigh(trace, SAME)
    assert found.rewards == pytest.approx(trace.rewards)
    assert not found.saved_by_other.any()
    assert not found.saved_by_run.any()
    (row,) = compare_selection([trace], {trace.problem: SAME})
    assert (row.saved, row.killed, row.answer_changed) == (0, 0, False)
    assert row.resamplings == trace.resampled.sum()


def test_a_reward_that_says_nothing_kills_nobody() -> None:
    trace = synthetic_trace(8, 6, trigger="always")
    found = reweigh(trace, FLAT)
    assert found.killed_by_run.any()
    assert not found.killed_by_other.any()
    (row,) = compare_selection(
        [trace], {trace.problem: FLAT}, lambda problem, steps: [k < 2 for k in range(len(steps))]
    )
    assert row.saved == found.killed_by_run.sum() == row.saved_right + row.saved_wrong
    assert row.saved_right == found.killed_by_run[:2].sum()
    assert compare_selection([trace], {}) == []


def test_a_repair_of_runs_and_its_page() -> None:
    repair = repair_reward(runs(hostile=True))
    assert len(repair.selection) == len(runs())
    assert repair.calibration.rows == np.isfinite(repair.rows.reward[repair.rows.is_known]).sum()
    page = repair_to_html(repair)
    assert_closed(page)
    assert HOSTILE not in page
    assert 'id="reliability_before"' in page
    assert 'id="reliability_after"' in page


def test_a_repair_from_processbench() -> None:
    named = [
        replace(one, sample=replace(one.sample, problem=f"problem {k % 9}"))
        for k, one in enumerate(processbench().scored)
    ]
    repair = repair_samples(named, "r", "quantile")
    assert repair.after.brier.value <= repair.before.brier.value
    assert repair.selection == ()
    assert_closed(repair_to_html(repair))
