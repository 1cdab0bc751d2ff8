"""The numbers behind a diagnosis: how well scores order, what they promise, whether they find the first error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.truth import true_answer
from pfviz.lab import calibration
from pfviz.lab.first_errors import Report, evaluate
from pfviz.lab.intervals import Estimate, mean
from pfviz.lab.noticed import noticed
from pfviz.lab.processbench import NONE, Sample, Scored
from pfviz.lab.rows import Rows
from pfviz.problem import is_correct
from pfviz.trace.columns import Trace

LEAST_SOLUTIONS = 8  # with an error, and without one: half of them choose the threshold


@dataclass(frozen=True)
class Measures:
    """Numbers over all prefixes of known truth, each with its interval; nan where nothing is known."""

    auc: Estimate  # within problems and steps; see noticed.py
    brier: Estimate
    calibration_error: Estimate
    confidence: Estimate  # mean of reward minus right
    accuracy: Estimate  # of the answers that the runs give
    first_error: Report | None = None  # F1 of finding it; None where steps were not judged, or solutions are too few


def measures(traces: Sequence[Trace], rows: Rows) -> Measures:
    """Of runs and the table of their prefixes."""
    return Measures(
        auc=mean(noticed(rows), rows.problem),
        brier=calibration.brier(rows),
        calibration_error=calibration.calibration_error(rows),
        confidence=calibration.confidence(rows),
        accuracy=_accuracy(traces, rows),
        first_error=first_error(rows),
    )


def first_error(rows: Rows) -> Report | None:
    """How well the first wrong step of a solution is found, as of ProcessBench; see first_errors.py."""
    scored = solutions(rows)
    wrong = sum(one.sample.label != NONE for one in scored)
    return None if min(wrong, len(scored) - wrong) < LEAST_SOLUTIONS else evaluate(scored)


def solutions(rows: Rows) -> list[Scored]:
    """The distinct finished solutions whose every step was judged, each with its first wrong step and its rewards."""
    if not rows.judged:
        return []
    found: dict[tuple[int, tuple[str, ...]], tuple[Sample, list[int]]] = {}
    for row in np.flatnonzero(rows.last):
        path = rows.path(int(row))
        if rows.step[path[0]] != 0 or not rows.known[path].all():
            continue
        problem, steps = int(rows.problem[row]), tuple(rows.texts[i] for i in path)
        wrong = np.flatnonzero(rows.is_wrong[path])
        label = int(wrong[0]) if len(wrong) else NONE
        name = f"run {rows.run[row]}, node {rows.uid[row]}"
        sample = Sample(name, "", rows.problems[problem], steps, bool(rows.answer[row] == 1), label)
        found.setdefault((problem, steps), (sample, path))
    return [
        Scored(sample, rows.reward[path], done, len(found))
        for done, (sample, path) in enumerate(found.values(), start=1)
    ]


def _accuracy(traces: Sequence[Trace], rows: Rows) -> Estimate:
    places = {text: place for place, text in enumerate(rows.problems)}
    right, problem = list[float](), list[int]()
    for trace in traces:
        known = true_answer(trace)
        if known is not None and trace.problem in places and trace.steps:
            right.append(float(trace.answer is not None and is_correct(trace.answer, known)))
            problem.append(places[trace.problem])
    return mean(np.array(right), np.array(problem, dtype=np.int64))
