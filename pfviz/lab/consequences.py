"""What the reward did to the runs: right answers that died, and accuracy that falls with more solutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pfviz.diagnostics.lineage_ends import LineageEnd, right_lineage_ends
from pfviz.diagnostics.truth import RIGHT, Judge, truth
from pfviz.lab.causes.base import MAX_EXAMPLES, Finding, OpenQuestion
from pfviz.lab.findings import Findings
from pfviz.lab.metrics.best_of_n import find_fall
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.stats.bootstrap import mean
from pfviz.text import pluralise
from pfviz.trace.trace import Trace

MIN_FALL = 0.03  # of accuracy
MIN_PROBLEMS = 8  # of fewer the interval is too narrow to go by


def find_consequences(traces: Sequence[Trace], rows: PrefixTable, judge: Judge | None = None) -> Findings:
    """Consequences, the largest first."""
    wanted: list[OpenQuestion] = []
    found = [
        finding
        for finding in (_find_killed(traces, rows, judge), _find_accuracy_fall(rows, wanted))
        if finding is not None
    ]
    return Findings(tuple(sorted(found, key=lambda finding: -finding.size)), tuple(wanted))


def _find_killed(traces: Sequence[Trace], rows: PrefixTable, judge: Judge | None) -> Finding | None:
    """Runs that held a right prefix and have none at their end, and in which the last right one died by its reward."""
    row_of = {key: i for i, key in enumerate(zip(rows.run, rows.sweep, rows.uid, strict=True))}
    places = {text: place for place, text in enumerate(rows.problems)}
    problem, killed, examples, steps = list[int](), list[float](), list[int](), Counter[int]()
    for number, trace in enumerate(traces):
        known = truth(trace, judge)
        if not (known.prefixes == RIGHT).any() or trace.problem not in places:
            continue
        last = _last_death(right_lineage_ends(trace, known).ends) if not (known.prefixes[-1] == RIGHT).any() else None
        problem.append(places[trace.problem])
        killed.append(float(last is not None))
        if last is not None:
            steps[last.step] += 1
            row = row_of.get((number, len(trace.earlier), last.uid))
            examples += [] if row is None else [row]
    if not any(killed):
        return None
    estimate = mean(np.array(killed), np.array(problem))
    step, often = max(steps.items(), key=lambda one: (one[1], -one[0]))
    sentence = (
        f"Right answers died by low reward in {steps.total()} of {pluralise(len(killed), 'run')} that had one, most "
        f"often at step {step + 1} ({pluralise(often, 'run')})."
    )
    return Finding("killed", sentence, estimate.value, estimate, tuple(examples[:MAX_EXAMPLES]))


def _last_death(ends: Sequence[LineageEnd]) -> LineageEnd | None:
    """The last end of the right lineages, if that was the reward's doing."""
    dead = [end for end in ends if end.verdict in ("low reward", "bad luck")]
    last = max(dead, key=lambda end: end.step, default=None)
    return last if last is not None and last.verdict == "low reward" else None


def _find_accuracy_fall(rows: PrefixTable, wanted: list[OpenQuestion]) -> Finding | None:
    """The best-rewarded of more solutions is less often right: the signature of reward hacking."""
    fallen = find_fall(rows)
    if fallen is None:
        return None
    n, drop = fallen
    if drop.value < MIN_FALL:
        return None
    if not drop.low > 0 or drop.groups < MIN_PROBLEMS:
        seems = f"it seems to, by {drop.value:.2f}; more problems would tell."
        wanted.append(OpenQuestion("falls", f"Whether accuracy falls after {pluralise(n, 'solution')}: {seems}"))
        return None
    sentence = (
        f"More solutions make it worse: the best-rewarded one is right {drop.value:.2f} less often than at {n}, the "
        "signature of reward hacking."
    )
    return Finding("falls", sentence, drop.value, drop)
