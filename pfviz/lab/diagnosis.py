"""Many runs under one reward, diagnosed: findings, what the reward did to the runs, and the measures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pfviz.diagnostics.truth import Judge
from pfviz.lab import best_of, calibration
from pfviz.lab.best_of import Point
from pfviz.lab.calibration import Bin
from pfviz.lab.consequences import consequences
from pfviz.lab.findings import Findings, findings
from pfviz.lab.intervals import Estimate
from pfviz.lab.measures import Measures, measures
from pfviz.lab.rows import Rows, rows
from pfviz.lab.splits import StepScores, by_kind, by_step
from pfviz.trace.columns import Trace

__all__ = ["Diagnosis", "Measures", "StepScores", "diagnose"]


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
    by_kind: tuple[tuple[str, Estimate], ...] = ()  # the AUC in each kind of problem
    drift: tuple[StepScores, ...] = ()  # mean reward of right and of wrong prefixes, step by step

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
        measures=measures(traces, table),
        reliability=tuple(calibration.reliability(table)),
        best_of=tuple(best_of.best_of(table)),
        by_kind=by_kind(table, traces),
        drift=by_step(table),
    )
