"""ProcessBench by its subsets, under the rule of the published tables, and what else they count.

The published threshold is the one of the best F1 on GSM8K, used on all subsets. Where a file has no GSM8K it is the one
of the whole report, and only solutions that it was not chosen on are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.errors import LabError
from pfviz.lab.metrics.first_errors import (
    FirstErrorReport,
    best_threshold,
    evaluate,
    predict_first_error,
    split_halves,
)
from pfviz.lab.metrics.processbench import NO_ERROR, ScoredSample
from pfviz.types import IntArray

SUBSETS = {"gsm8k": "GSM8K", "math": "MATH", "olympiadbench": "OlympiadBench", "omnimath": "Omni-MATH"}
"""What an id begins with -> what the subset is called."""
ThresholdSource = Literal["given", "best F1 on GSM8K", "best F1 on the other half"]


@dataclass(frozen=True, slots=True)
class SubsetReport:
    """F1 of the solutions of one subset; `title` is how it is called, "others" where the id says none."""

    name: str
    title: str
    report: FirstErrorReport


@dataclass(frozen=True, eq=False, slots=True)
class ProcessBenchResult:
    """A reward model on ProcessBench: all that the pictures show."""

    reward: str
    scored: tuple[ScoredSample, ...]
    overall: FirstErrorReport
    threshold: float  # of the subsets and the pictures
    threshold_source: ThresholdSource
    subsets: tuple[SubsetReport, ...]  # those with solutions of both kinds

    @property
    def labels(self) -> IntArray:
        """(M,) the first wrong step of each solution, -1 for none."""
        return np.array([one.sample.label for one in self.scored], dtype=np.int64)

    @property
    def predictions(self) -> IntArray:
        """(M,) the step that the reward says it is, -1 for none."""
        return np.array([predict_first_error(one.rewards, self.threshold) for one in self.scored], dtype=np.int64)


def find_subset(sample_id: str) -> str:
    """Return the key of the subset in `SUBSETS` that an id like "gsm8k-12" belongs to, "" for none."""
    beginning = sample_id.lower().replace("_", "-").partition("-")
    plain = "".join(beginning[0].split())
    joined = plain + beginning[2].partition("-")[0] if plain == "omni" else plain
    return joined if joined in SUBSETS else ""


def summarise_processbench(
    reward: str, scored: Sequence[ScoredSample], overall: FirstErrorReport, *, seed: int = 0
) -> ProcessBenchResult:
    """Return the result by subsets, beside the report of all; `seed` is the one of that report."""
    groups = {name: [one for one in scored if find_subset(one.sample.id) == name] for name in (*SUBSETS, "")}
    source: ThresholdSource = "best F1 on GSM8K"
    threshold = overall.threshold
    counted = list(scored)
    if overall.threshold_given:
        source = "given"
    elif has_both_kinds(groups["gsm8k"]):
        threshold = best_threshold(groups["gsm8k"])
    else:
        source = "best F1 on the other half"
        counted = split_halves(scored, seed)[1]
    kept = {id(one) for one in counted}
    found = [
        SubsetReport(name, SUBSETS.get(name, "others"), evaluate(part, seed=seed, threshold=threshold))
        for name, group in groups.items()
        if has_both_kinds(part := [one for one in group if id(one) in kept])
    ]
    shown = tuple(found) if any(one.name for one in found) else ()
    return ProcessBenchResult(reward, tuple(counted), overall, threshold, source, shown)


def has_both_kinds(scored: Sequence[ScoredSample]) -> bool:
    """Return whether there are solutions with a wrong step and solutions without."""
    return len({one.sample.label == NO_ERROR for one in scored}) == 2


def mean_f1(subsets: Sequence[SubsetReport]) -> float:
    """Return the mean F1 of the four subsets; raises `LabError` unless all are there."""
    values = {one.name: one.report.f1.value for one in subsets}
    if missing := [title for name, title in SUBSETS.items() if name not in values]:
        raise LabError(f"The mean F1 takes all four subsets; there are no solutions of {', '.join(missing)}.")
    return float(np.mean([values[name] for name in SUBSETS]))


@dataclass(frozen=True, slots=True)
class ProcessCounts:
    """Of the solutions with a right answer by a wrong process: how many there are, and in how many of them a wrong
    step is seen, at whichever step."""

    solutions: int
    found: int


def count_wrong_processes(result: ProcessBenchResult) -> ProcessCounts:
    """Count right answers by wrong processes; none where the file does not say which answers are right."""
    pairs = zip(result.scored, result.predictions.tolist(), strict=True)
    seen = [step != NO_ERROR for one, step in pairs if one.sample.final_answer_correct and one.sample.label != NO_ERROR]
    return ProcessCounts(len(seen), sum(seen))


def share_lowest_at_last_step(scored: Sequence[ScoredSample]) -> float:
    """Return the share of the solutions of two steps or more whose lowest reward is that of the last step alone."""
    long = [one.rewards for one in scored if len(one.rewards) > 1]
    return float(np.mean([rewards[-1] < rewards[:-1].min() for rewards in long])) if long else float("nan")
