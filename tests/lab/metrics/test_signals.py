"""The reward beside simpler numbers, over runs of the embedded world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.lab.batch import run_batch
from pfviz.lab.diagnosis import diagnose
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.metrics.signals import compare_signals
from pfviz.lab.probes.rescore import rescore_rows
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.problems.datasets import load_problems
from pfviz.trace.trace import Trace


@pytest.fixture(scope="module")
def traces() -> list[Trace]:
    problems = load_problems("held-out", 6)
    return [one.trace for one in run_batch(problems, reward="confidence-entropy", particles=6, temperature=1.3)]


def test_reward_signals_and_controls_stand_side_by_side(traces: list[Trace]) -> None:
    rows = build_prefix_table(traces)
    found = {one.name: one for one in compare_signals(traces, rows, {"truth": rows.right.astype(float)})}
    assert [one.kind for one in found.values()] == ["reward"] * 2 + ["signal"] * 6 + ["control"] * 3
    assert found["reward"].title == "confidence-entropy"
    assert found["truth"].same_step.value == 1
    assert found["constant"].complete.value == found["constant"].same_step.value == 0.5
    assert found["earlier"].same_step.value == 0.5  # all of them end at the same step
    seen = auc_by_row(rows)
    assert found["reward"].same_step.value == pytest.approx(np.nanmean(seen))
    assert len({one.complete.groups for one in found.values()}) == 1


def test_what_the_runs_do_not_hold_is_left_out(traces: list[Trace]) -> None:
    bare = [replace(run, entropies=[[[] for _ in row] for row in run.entropies]) for run in traces]
    names = {one.name for one in compare_signals(bare, build_prefix_table(bare))}
    assert not names & {"confidence-entropy", "confidence-tail"}
    assert {"reward", "confidence", "shorter"} <= names


def test_other_rewards_are_set_beside_them_by_scoring_the_runs_again(traces: list[Trace]) -> None:
    rows = build_prefix_table(traces)
    oracle, again = (rescore_rows(traces, rows, name) for name in ("oracle", "confidence-entropy"))
    assert again == pytest.approx(rows.reward)
    found = {one.name: one for one in diagnose(traces, beside={"oracle": oracle}).signals}
    assert found["oracle"].complete.value == 1
    assert found["oracle"].kind == "reward"


def test_without_runs_there_is_nothing() -> None:
    assert compare_signals([], build_prefix_table([])) == ()
