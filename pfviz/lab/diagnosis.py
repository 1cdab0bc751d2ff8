"""Many runs under one reward, diagnosed: findings, what the reward did to the runs, and the measures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.truth import Judge, true_answer
from pfviz.lab import best_of, calibration
from pfviz.lab.best_of import Point
from pfviz.lab.calibration import Bin
from pfviz.lab.consequences import consequences
from pfviz.lab.findings import Findings, findings
from pfviz.lab.intervals import Estimate, mean
from pfviz.lab.noticed import noticed
from pfviz.lab.rows import Rows, rows
from pfviz.problem import is_correct
from pfviz.trace.columns import Trace


@dataclass(frozen=True)
class Measures:
    """Numbers over all prefixes of known truth, each with its interval; nan where nothing is known."""

    auc: Estimate  # within problems and steps; see noticed.py
    brier: Estimate
    calibration_error: Estimate
    confidence: Estimate  # mean of reward minus right
    accuracy: Estimate  # of the answers that the runs give


@dataclass(frozen=True)
class Diagnosis:
    """What the lab has to say of a reward."""

    reward: str
    runs: int
    rows: Rows
    findings: Findings  # of what is wrong
    consequences: Findings  # of what that did to the runs
    measures: Measures
    reliability: tuple[Bin, ...]
    best_of: tuple[Point, ...]

    def node(self, row: int) -> tuple[int, int, int]:
        """(run, sweep, uid) of a row: the particle that an example of a finding shows."""
        return int(self.rows.run[row]), int(self.rows.sweep[row]), int(self.rows.uid[row])


def diagnose(traces: Sequence[Trace], judge: Judge | None = None) -> Diagnosis:
    """Runs under the same reward, of one problem or of many; the more problems, the more can be said."""
    table = rows(traces, judge)
    return Diagnosis(
        reward=", ".join(dict.fromkeys(trace.reward for trace in traces)),
        runs=len(traces),
        rows=table,
        findings=findings(table),
        consequences=consequences(traces, table, judge),
        measures=_measures(traces, table),
        reliability=tuple(calibration.reliability(table)),
        best_of=tuple(best_of.best_of(table)),
    )


def _measures(traces: Sequence[Trace], table: Rows) -> Measures:
    texts = {text: place for place, text in enumerate(table.problems)}
    graded: list[tuple[float, int]] = []
    for trace in traces:
        truth = true_answer(trace)
        if truth is not None and trace.problem in texts and trace.steps:
            graded.append((float(trace.answer is not None and is_correct(trace.answer, truth)), texts[trace.problem]))
    values, problems = np.array([value for value, _ in graded]), np.array([p for _, p in graded], dtype=np.int64)
    return Measures(
        auc=mean(noticed(table), table.problem),
        brier=calibration.brier(table),
        calibration_error=calibration.calibration_error(table),
        confidence=calibration.confidence(table),
        accuracy=mean(values, problems),
    )
