"""Numbers behind a diagnosis: F1 of first errors, splits by kind and by step, and what is drawn of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pfviz.lab.causes.base import OpenQuestion
from pfviz.lab.diagnosis import diagnose
from pfviz.lab.metrics.auc import misordered_share
from pfviz.lab.metrics.by_group import auc_by_kind, scores_by_step
from pfviz.lab.metrics.measures import MIN_SOLUTIONS, first_error_report, labelled_solutions
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.problems.answers import is_correct
from pfviz.trace import Trace
from tests.lab.tables import plain, table

pytestmark = pytest.mark.xdist_group("lab")  # one process makes the runs of the oracle


def test_solutions_are_the_distinct_finished_ones() -> None:
    good, bad = ("a", 1, 0.9), ("b", 0, 0.2)
    rows = table([(0, [good, bad]), (0, [good, bad]), (0, [good, good]), (1, [good, bad]), (0, [("c", -1, 0.5), bad])])
    rows = replace(rows, last=rows.last & (np.arange(len(rows)) != 5))  # the third is not finished
    found = labelled_solutions(rows)
    assert [(one.sample.problem, one.sample.steps, one.sample.label) for one in found] == [
        ("Problem 0", ("a", "b"), 1),
        ("Problem 1", ("a", "b"), 1),
    ]
    assert found[0].rewards.tolist() == [0.9, 0.2]
    assert [(one.done, one.samples) for one in found] == [(1, 2), (2, 2)]
    assert labelled_solutions(replace(rows, judged=False)) == []


def test_a_solution_whose_start_is_in_another_sweep_is_left_out() -> None:
    rows = table([(0, [("a", 1, 0.9)])])
    assert len(labelled_solutions(rows)) == 1
    assert labelled_solutions(replace(rows, step=np.array([1]))) == []


def test_the_oracle_finds_every_first_error(oracle_rows: PrefixTable) -> None:
    found = first_error_report(oracle_rows)
    assert found is not None
    assert found.f1.value == found.on_wrong.value == found.on_right.value == 1.0
    assert min(found.wrong, found.right) >= MIN_SOLUTIONS // 2


def test_too_few_solutions_have_no_f1() -> None:
    assert first_error_report(plain(3)) is None  # six right ones
    assert first_error_report(plain(4)) is not None
    assert first_error_report(table([])) is None


def test_the_split_by_kind_adds_up(oracle_runs: list[Trace], oracle_rows: PrefixTable) -> None:
    reward = np.where(np.arange(len(oracle_rows)) % 3 == 0, 0.5, oracle_rows.reward)
    rows = oracle_rows.with_reward(reward)
    found = auc_by_kind(rows, oracle_runs)
    assert [kind for kind, _ in found] == ["arithmetic", "equation", "story"]
    whole = sum(auc.value * auc.count for _, auc in found) / sum(auc.count for _, auc in found)
    assert whole == pytest.approx(1 - misordered_share(rows))
    foreign = auc_by_kind(rows, [replace(trace, generator="somebody/else") for trace in oracle_runs])
    assert [kind for kind, _ in foreign] == ["in signs", "in words"]


def test_the_split_by_step() -> None:
    found = scores_by_step(plain(score=lambda problem, place, text, label, error: 0.5 * label + 0.1 * place))
    assert [one.step for one in found] == [0, 1, 2]
    assert [one.right.value for one in found] == pytest.approx([0.5, 0.6, 0.7])
    assert [one.wrong.value for one in found] == pytest.approx([0.0, 0.1, 0.2])
    assert scores_by_step(table([])) == ()


def test_a_diagnosis_of_the_oracle(oracle_runs: list[Trace]) -> None:
    found = diagnose(oracle_runs)
    assert (found.reward, found.runs) == ("oracle", 36)
    assert found.findings.found == ()
    measures = found.measures
    assert (measures.auc.value, measures.brier.value, measures.calibration_error.value) == (1.0, 0.0, 0.0)
    assert measures.accuracy.value == pytest.approx(
        np.mean([trace.answer is not None and is_correct(trace.answer, str(trace.truth)) for trace in oracle_runs])
    )
    assert [(one.low, one.high, one.right.value) for one in found.reliability] == [(0.0, 0.1, 0.0), (0.9, 1.0, 1.0)]
    assert [point.n for point in found.best_of] == [1, 2, 4, 8, 16]
    curve = [point.right.value for point in found.best_of]
    assert curve == sorted(curve)
    run, sweep, uid = found.node(100)
    trace = oracle_runs[run].sweeps[sweep]
    t, n = trace.node(uid)
    assert trace.texts[t][n] == found.rows.texts[100]


def test_a_diagnosis_of_little(oracle_runs: list[Trace]) -> None:
    """No run, one run, and a run of which nobody knows anything."""
    riddle = replace(oracle_runs[0], generator="somebody/else", problem="A riddle", truth=None)
    for traces in ([], oracle_runs[:1], [riddle]):
        found = diagnose(traces)
        assert found.runs == len(traces)
        assert found.findings.found == found.consequences.found == ()
        assert any(isinstance(one, OpenQuestion) for one in found.findings.open_questions)
    assert math.isnan(found.measures.auc.value)
    assert math.isnan(found.measures.accuracy.value)
    assert found.measures.first_error is None
    assert found.auc_by_kind == found.scores_by_step == found.reliability == found.best_of == ()
