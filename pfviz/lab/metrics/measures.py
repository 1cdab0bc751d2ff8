"""The numbers behind a diagnosis: how well scores order, what they promise, whether they find the first error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.truth import true_answer
from pfviz.lab.metrics import calibration
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.metrics.first_errors import FirstErrorReport, evaluate
from pfviz.lab.metrics.processbench import NO_ERROR, Sample, ScoredSample
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.problems.answers import is_correct
from pfviz.stats.bootstrap import mean
from pfviz.stats.estimate import Estimate
from pfviz.trace.trace import Trace

MIN_SOLUTIONS = 8  # with an error, and without one: half of them choose the threshold


@dataclass(frozen=True)
class Measures:
    """Numbers over all prefixes of known truth, each with its interval; nan where nothing is known."""

    auc: Estimate  # within problems and steps; see noticed.py
    brier: Estimate
    calibration_error: Estimate
    overconfidence: Estimate  # mean of reward minus right
    accuracy: Estimate  # of the answers that the runs give
    first_error: FirstErrorReport | None = (
        None  # F1 of finding it; None where steps were not judged, or solutions are too few
    )


def compute_measures(traces: Sequence[Trace], rows: PrefixTable) -> Measures:
    """Of runs and the table of their prefixes."""
    return Measures(
        auc=mean(auc_by_row(rows), rows.problem),
        brier=calibration.brier(rows),
        calibration_error=calibration.calibration_error(rows),
        overconfidence=calibration.overconfidence(rows),
        accuracy=_accuracy(traces, rows),
        first_error=first_error_report(rows),
    )


def first_error_report(rows: PrefixTable) -> FirstErrorReport | None:
    """How well the first wrong step of a solution is found, as of ProcessBench; see first_errors.py."""
    scored = labelled_solutions(rows)
    wrong = sum(one.sample.label != NO_ERROR for one in scored)
    return None if min(wrong, len(scored) - wrong) < MIN_SOLUTIONS else evaluate(scored)


def labelled_solutions(rows: PrefixTable) -> list[ScoredSample]:
    """The distinct finished solutions whose every step was judged, each with its first wrong step and its rewards."""
    if not rows.judged:
        return []
    found: dict[tuple[int, tuple[str, ...]], tuple[Sample, list[int]]] = {}
    for row in np.flatnonzero(rows.last):
        path = rows.path(int(row))
        if rows.step[path[0]] != 0 or not rows.is_known[path].all():
            continue
        problem, steps = int(rows.problem[row]), tuple(rows.texts[i] for i in path)
        wrong = np.flatnonzero(rows.is_wrong[path])
        label = int(wrong[0]) if len(wrong) else NO_ERROR
        name = f"run {rows.run[row]}, node {rows.uid[row]}"
        sample = Sample(name, "", rows.problems[problem], steps, bool(rows.answer[row] == 1), label)
        found.setdefault((problem, steps), (sample, path))
    return [
        ScoredSample(sample, rows.reward[path], done, len(found))
        for done, (sample, path) in enumerate(found.values(), start=1)
    ]


def _accuracy(traces: Sequence[Trace], rows: PrefixTable) -> Estimate:
    places = {text: place for place, text in enumerate(rows.problems)}
    right, problem = list[float](), list[int]()
    for trace in traces:
        known = true_answer(trace)
        if known is not None and trace.problem in places and trace.steps:
            right.append(float(trace.answer is not None and is_correct(trace.answer, known)))
            problem.append(places[trace.problem])
    return mean(np.array(right), np.array(problem, dtype=np.int64))
