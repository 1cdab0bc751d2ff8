"""The AUC within problems of the reward and of simpler numbers, from the pairs that the runs of a study counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pfviz.diagnostics.rewards.signal_pairs import PairCounts, SignalPairs
from pfviz.inference.methods import METHODS
from pfviz.stats.bootstrap import estimate_from_replicates
from pfviz.stats.estimate import Estimate
from pfviz.study.result import Column, Result, SignalAuc
from pfviz.study.run_job import Outcome
from pfviz.types import IntArray


def estimate_signal_auc(by_problem: Sequence[Sequence[Outcome]], drawn: IntArray) -> dict[str, SignalAuc]:
    """Return the AUC of each signal, by name, over the runs of each problem; `drawn` (D, P) is how often each problem
    is in each resample. Nothing where no run has counted pairs, as those from before there were counts."""
    names = dict.fromkeys(name for rows in by_problem for row in rows for name in row.pairs)
    counted = {name: [[row.pairs[name] for row in rows if name in row.pairs] for rows in by_problem] for name in names}
    return {
        name: SignalAuc(*(_estimate(rows, part, drawn) for part in ("complete", "half_way")))
        for name, rows in counted.items()
    }


def _estimate(rows: Sequence[Sequence[SignalPairs]], part: str, drawn: IntArray) -> Estimate:
    counts: list[list[PairCounts]] = [[getattr(one, part) for one in some] for some in rows]
    won = np.array([sum(one.won for one in some) for some in counts])
    pairs = np.array([float(sum(one.pairs for one in some)) for some in counts])
    with np.errstate(invalid="ignore", divide="ignore"):
        return estimate_from_replicates(won.sum() / pairs.sum(), (drawn @ won) / (drawn @ pairs), rule="inverted_cdf")


def choose_signals(result: Result) -> Column | None:
    """The column whose signals are shown: independent samples before methods that select, and the most of them."""
    known = [column for column in result.columns if column.signals]
    independent = [column for column in known if column.method in METHODS and METHODS[column.method].independent]
    return max(independent or known, key=lambda column: column.budget, default=None)
