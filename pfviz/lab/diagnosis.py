"""Many runs under one reward, diagnosed: findings, what the reward did to the runs, and the measures behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name

from pfviz.diagnostics.truth import Judge
from pfviz.lab.consequences import find_consequences
from pfviz.lab.findings import Findings, find_causes
from pfviz.lab.metrics import best_of_n, calibration
from pfviz.lab.metrics.best_of_n import CurvePoint
from pfviz.lab.metrics.by_group import StepScores, auc_by_kind, scores_by_step
from pfviz.lab.metrics.calibration import Bin
from pfviz.lab.metrics.knowledge import StepKnowledge, knowledge_by_step
from pfviz.lab.metrics.measures import Measures, compute_measures
from pfviz.lab.metrics.signals import SignalAuc, compare_signals
from pfviz.lab.table.prefixes import PrefixTable, build_prefix_table
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

__all__ = ["Diagnosis", "Measures", "StepScores", "diagnose"]


@dataclass(frozen=True)
class Diagnosis:
    """What the lab has to say of a reward."""

    reward: str
    runs: int
    rows: PrefixTable
    findings: Findings  # of what is wrong
    consequences: Findings  # of what that did to the runs
    measures: Measures
    reliability: tuple[Bin, ...]
    best_of: tuple[CurvePoint, ...]
    auc_by_kind: tuple[tuple[str, Estimate], ...] = ()  # the AUC in each kind of problem
    scores_by_step: tuple[StepScores, ...] = ()  # mean reward of right and of wrong prefixes, step by step
    signals: tuple[SignalAuc, ...] = ()  # the reward beside the generator's confidence and beside controls
    knowledge: tuple[StepKnowledge, ...] = ()  # AUC and slope, step by step

    def node(self, row: int) -> tuple[int, int, int]:
        """(run, sweep, uid) of a row: the particle that an example of a finding shows."""
        return int(self.rows.run[row]), int(self.rows.sweep[row]), int(self.rows.uid[row])

    def _repr_html_(self) -> str:
        """What a notebook shows of it; found by its name, as it comes from a later room."""
        shown: str = resolve_name("pfviz.notebook.display:show_diagnosis")(self)
        return shown


def diagnose(
    traces: Sequence[Trace], judge: Judge | None = None, beside: Mapping[str, FloatArray] | None = None
) -> Diagnosis:
    """Runs under the same reward, of one problem or of many; the more problems, the more can be said. `beside` are what
    other rewards say of the same prefixes (R,), by their names, as `rescore_rows` gives them."""
    table = build_prefix_table(traces, judge)
    return Diagnosis(
        reward=", ".join(dict.fromkeys(trace.reward for trace in traces)),
        runs=len(traces),
        rows=table,
        findings=find_causes(table),
        consequences=find_consequences(traces, table, judge),
        measures=compute_measures(traces, table),
        reliability=tuple(calibration.reliability(table)),
        best_of=tuple(best_of_n.best_of_n_curve(table)),
        auc_by_kind=auc_by_kind(table, traces),
        scores_by_step=scores_by_step(table),
        signals=compare_signals(traces, table, beside),
        knowledge=knowledge_by_step(table),
    )
