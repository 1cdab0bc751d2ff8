"""All of a repair: the map, how good it is on other problems, what it would have changed, and what could be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pfviz.diagnostics.truth import Judge
from pfviz.lab.metrics.processbench import ScoredSample
from pfviz.lab.repair.adaptive_n import Savings, measure_savings
from pfviz.lab.repair.fit import (
    CrossValidated,
    Reliability,
    cross_validate,
    fit_map,
    measure_reliability,
    table_of_samples,
)
from pfviz.lab.repair.selection import SelectionChange, compare_selection
from pfviz.lab.table.prefixes import PrefixTable, build_prefix_table
from pfviz.models.rewards.calibration_map import CalibrationMap, MapMethod
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace


@dataclass(frozen=True, eq=False, slots=True)
class Repair:
    """`calibration` is fitted on all rows; `after`, `selection` and `savings` use maps of other problems only."""

    calibration: CalibrationMap
    rows: PrefixTable
    cross_validated: CrossValidated
    before: Reliability
    after: Reliability
    selection: tuple[SelectionChange, ...] = ()
    savings: tuple[Savings, ...] = ()

    @property
    def measures(self) -> tuple[tuple[str, Estimate, Estimate], ...]:
        """(name, before, after) of each measure."""
        return tuple(
            (title, getattr(self.before, name), getattr(self.after, name))
            for name, title in (
                ("brier", "Brier score"),
                ("calibration_error", "calibration error"),
                ("overconfidence", "overconfidence"),
            )
        )


def repair_reward(traces: Sequence[Trace], method: MapMethod = "isotonic", judge: Judge | None = None) -> Repair:
    """Return the repair of the reward of these runs, of two problems or more. Raises `LabError` where there is only one
    problem, or only right or only wrong prefixes."""
    rows = build_prefix_table(traces, judge)
    reward = ", ".join(dict.fromkeys(trace.reward for trace in traces))
    made, cross = fit_map(rows, reward, method), cross_validate(rows, reward, method)
    return Repair(
        made,
        rows,
        cross,
        measure_reliability(rows),
        measure_reliability(rows.with_reward(cross.rewards)),
        tuple(compare_selection(traces, cross.maps, judge)),
        tuple(measure_savings(traces, cross.maps)),
    )


def repair_samples(scored: Sequence[ScoredSample], reward: str, method: MapMethod = "isotonic") -> Repair:
    """Return the repair from ProcessBench solutions; raises `LabError` as `repair_reward`."""
    rows = table_of_samples(scored)
    made, cross = fit_map(rows, reward, method), cross_validate(rows, reward, method)
    after = measure_reliability(rows.with_reward(cross.rewards))
    return Repair(made, rows, cross, measure_reliability(rows), after)
