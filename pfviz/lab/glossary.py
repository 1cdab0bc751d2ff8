"""What the numbers and the findings of a diagnosis are called, and what they mean, a line each, with sources."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.lab.metrics.measures import Measures
from pfviz.stats.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of `Measures`: its name in commands and files, what people call it, what it is."""

    name: str
    title: str
    meaning: str
    counted_over: str  # what it is counted over: "prefixes", "runs"


MEASURES = (
    Measure(
        "auc",
        "AUC",
        "How often, of a wrong and a right prefix of the same problem and step, the right one has the higher reward: 1 "
        "at best, 0.5 says nothing, 0 is upside down (the area under the ROC curve; Hanley & McNeil 1982).",
        "wrong prefixes",
    ),
    Measure(
        "brier",
        "Brier score",
        "The mean of (reward − right)², where right is 1 or 0: 0 at best; 0.25 if all rewards are 0.5 (Brier 1950).",
        "prefixes",
    ),
    Measure(
        "calibration-error",
        "calibration error",
        "How far the share of right prefixes is from their mean reward, over ten bins of the reward, each weighted by "
        "how many it holds: 0 at best (expected calibration error; Naeini et al. 2015).",
        "prefixes",
    ),
    Measure(
        "confidence",
        "overconfidence",
        "The mean of reward − right: above 0 the reward is overconfident, below 0 underconfident.",
        "prefixes",
    ),
    Measure(
        "accuracy",
        "accuracy of the runs",
        "The share of runs whose answer is right.",
        "runs",
    ),
    Measure(
        "first-error",
        "F1 of first errors",
        "Whether the first step whose reward falls below a threshold is the first wrong one: the harmonic mean of the "
        "accuracy on solutions with an error and on those without. The threshold is chosen on half of the solutions "
        "and used on the others (ProcessBench; Zheng et al., arXiv 2412.06559).",
        "solutions",
    ),
)  # fmt: skip

CAUSES = {
    "silent": "The score is flat",
    "inverted": "The score is upside down",
    "saturated": "All scores are nearly the same",
    "narrow": "All scores are squeezed together",
    "capped": "The scores stop at one value",
    "coarse": "The score has few values",
    "length": "It likes, or dislikes, long solutions",
    "drift": "Scores rise or fall with every step",
    "taste": "It likes, or dislikes, something whatever is right",
    "blind": "Errors of one kind are not noticed",
    "late": "Errors are noticed late",
    "early": "Early errors are not noticed",
    "forgets": "Errors are forgotten",
    "subgroup": "It works less in some problems",
    "noise": "Scores jump without cause",
    "unexplained": "Some errors pass",
    "level": "Scores are overconfident, or underconfident",
    "offset": "Scores of different problems cannot be compared",
    "short-steps": "Steps are too short to be judged",
    "killed": "Right answers died by low reward",
    "falls": "More solutions make it worse",
}
"""The causes and consequences that a finding can have, by the name that commands take."""


def measures_by_name(measures: Measures) -> dict[str, Estimate]:
    """The numbers by their names, in the order of `MEASURES`; nan for what is not known."""
    found = {
        "auc": measures.auc,
        "brier": measures.brier,
        "calibration-error": measures.calibration_error,
        "confidence": measures.overconfidence,
        "accuracy": measures.accuracy,
    }
    report = measures.first_error
    nan = float("nan")
    solutions = 0 if report is None else report.wrong + report.right
    f1 = (nan, nan, nan) if report is None else (report.f1.value, report.f1.low, report.f1.high)
    return found | {"first-error": Estimate(*f1, count=solutions)}
