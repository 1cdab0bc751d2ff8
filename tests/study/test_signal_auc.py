"""AUC from the counts of many runs: pairs add up, problems are resampled, and old outcomes say nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pfviz.diagnostics.rewards.signal_pairs import PairCounts, SignalPairs
from pfviz.stats.bootstrap import draw_resamples
from pfviz.study.plan import Unit, units
from pfviz.study.result import loads
from pfviz.study.run_job import Outcome
from pfviz.study.signal_auc import choose_signals, estimate_signal_auc
from pfviz.study.summary import summarise
from tests.study.outcomes import outcome, outcomes


def counted(problem: int, above: int, ties: int, pairs: int) -> Outcome:
    counts = SignalPairs(PairCounts(above, ties, pairs), PairCounts(0, pairs, pairs))
    return replace(outcome(Unit("best_of_n", 4, problem, 0)), pairs={"reward": counts})


def test_all_pairs_weigh_the_same() -> None:
    rows = [[counted(0, 1, 0, 1), counted(0, 2, 2, 4)], [counted(1, 0, 0, 5)], [outcome(Unit("best_of_n", 4, 2, 0))]]
    found = estimate_signal_auc(rows, draw_resamples(3, resamples=200))["reward"]
    assert found.complete.value == pytest.approx((1 + 3) / 10)
    assert found.complete.low == 0 < found.complete.value < found.complete.high == pytest.approx(4 / 5)
    assert (found.half_way.low, found.half_way.value, found.half_way.high) == (0.5, 0.5, 0.5)


def test_they_stand_in_the_result_and_come_back_from_its_file() -> None:
    wanted = units(["particle_filtering", "best_of_n"], (2, 4), 3, 1)
    rows = outcomes(wanted, lambda unit: True)
    assert choose_signals(summarise(rows, wanted, {})) is None
    told = {unit: replace(row, pairs=counted(0, unit.problem, 0, 4).pairs) for unit, row in rows.items()}
    result = summarise(told, wanted, {})
    column = choose_signals(result)
    assert column is not None
    assert (column.method, column.budget) == ("best_of_n", 4)
    assert column.signals["reward"].complete.value == pytest.approx((0 + 1 + 2) / 12)
    again = choose_signals(loads(result.dumps()))
    assert again is not None
    assert again.signals["reward"].half_way.value == 0.5
    row = json.loads(json.dumps(counted(1, 2, 1, 4).row()))
    assert Outcome.from_row(row) == counted(1, 2, 1, 4)
    del row["pairs"]
    assert Outcome.from_row(row).pairs == {}
