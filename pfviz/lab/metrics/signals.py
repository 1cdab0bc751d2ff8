"""The reward beside the generator's confidence and beside controls: how well each orders the same prefixes.

A reward that does not beat "shorter is better" on these problems has shown nothing, however high its AUC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.rewards.signals import SIGNALS, SignalKind, score_prefix
from pfviz.diagnostics.truth import RIGHT, WRONG
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.stats.auc import auc_within_groups, share_of_right_above
from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, Step

MAX_ROWS = 20_000
"""Prefixes that are scored at most, of the first runs."""


@dataclass(frozen=True, slots=True)
class SignalAuc:
    """How well one number orders solutions. `complete`: finished ones of the same problem, by their answers;
    `same_step`: prefixes of the same problem that end with the same step, by the truth of the prefix."""

    name: str
    title: str
    kind: SignalKind
    complete: Estimate
    same_step: Estimate


def compare_signals(
    traces: Sequence[Trace], rows: PrefixTable, more: Mapping[str, FloatArray] | None = None
) -> tuple[SignalAuc, ...]:
    """The reward of the runs, `more` rewards (R,) of the same rows by name, every signal that the traces hold, and the
    controls; nothing where no two prefixes of one problem can be compared."""
    scored = np.arange(len(rows)) < MAX_ROWS
    table = _score_rows(traces, rows)
    reward = ", ".join(dict.fromkeys(trace.reward for trace in traces))
    named: list[tuple[str, str, SignalKind, FloatArray]] = [("reward", reward, "reward", rows.reward)]
    named += [(name, name, "reward", values) for name, values in (more or {}).items()]
    named += [(signal.name, signal.title, signal.kind, table[signal.name]) for signal in SIGNALS]
    found = []
    for name, title, kind, values in named:
        known = np.where(scored, values, np.nan)
        complete = auc_within_groups(
            known, rows.last & (rows.answer == RIGHT), rows.last & (rows.answer == WRONG), rows.problem
        )
        beside = share_of_right_above(known, rows.is_right, rows.is_wrong, rows.cell_ids)
        one = SignalAuc(name, title, kind, complete, mean(beside, rows.problem))
        if one.complete.count or one.same_step.count:
            found.append(one)
    return tuple(found)


def _score_rows(traces: Sequence[Trace], rows: PrefixTable) -> dict[str, FloatArray]:
    """Each signal (R,) of the prefixes that end with the rows; nan beyond the first `MAX_ROWS`, and where a prefix
    began in another sweep."""
    found = {signal.name: np.full(len(rows), np.nan) for signal in SIGNALS}
    prefixes: list[tuple[Step, ...] | None] = []
    for row in range(min(len(rows), MAX_ROWS)):
        sweep = traces[int(rows.run[row])].sweeps[int(rows.sweep[row])]
        step = sweep.written_step(*divmod(int(rows.uid[row]), sweep.particles))
        parent = int(rows.parent[row])
        before = () if rows.step[row] == 0 else prefixes[parent] if parent >= 0 else None
        prefixes.append(None if before is None else (*before, step))
        prefix = prefixes[row]
        if prefix is not None and rows.right[row] in (RIGHT, WRONG):
            for name, value in score_prefix(prefix).items():
                found[name][row] = value
    return found
