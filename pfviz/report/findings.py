"""What came out of a study, in sentences that are made from its numbers, whatever they are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pfviz.figures.study.accuracy_curve import short_method_name
from pfviz.figures.study.budget_ratio import first_budgets, judge_ratio
from pfviz.figures.study.right_lineages import choose_budget
from pfviz.figures.study.selection_gain import format_points
from pfviz.stats.estimate import Estimate
from pfviz.study.result import LEADER_METHOD, Ratio, Result
from pfviz.text import format_percent

USUAL_BUDGET = 16
"""The N that the sentences speak of, where it was measured."""
LENGTH_BUDGETS = (4, 16)
NAMED_RIVALS = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """What came out, the most important first."""

    first: tuple[str, ...]
    more: tuple[str, ...]


def describe_findings(result: Result) -> Findings:
    """Return one sentence for each thing that the study measured: what length does to the ratio of generations, the
    ratios on all problems, what selection adds, and what ends right lineages. None without particle filtering."""
    budgets = sorted(budget for budget, _ in result.curve(LEADER_METHOD))
    if not budgets:
        return Findings((), ())
    n = USUAL_BUDGET if USUAL_BUDGET in budgets else budgets[-1]
    lengths = list(_describe_lengths(result))
    more = [*lengths[1:], _describe_gain(result, n), _describe_lost(result)]
    first = [_describe_ratios(result, n), *lengths[:1]]
    return Findings(tuple(filter(None, first)), tuple(filter(None, more)))


def _describe_ratios(result: Result, n: int) -> str:
    ratios = [ratio for ratio in result.ratios if ratio.budget == n and ratio.pick == "usual" and n > 1]
    least = first_budgets(result, [ratio.rival for ratio in ratios])
    verdicts = {ratio.rival: judge_ratio(ratio, least) for ratio in ratios}
    if not ratios:
        return ""
    parts = []
    for sign, verb in ((1, "more generations"), (-1, "fewer generations")):
        some = [_with_ratio(ratio) for ratio in ratios if verdicts[ratio.rival] == sign]
        if some:
            parts.append(f"{verb} are surely needed by {_list(some)}")
    level = [short_method_name(ratio.rival) for ratio in ratios if verdicts[ratio.rival] == 0]
    if level:
        parts.append(f"open for {_list(level)}")
    return f"For particle filtering's accuracy at N = {n}: {'; '.join(parts)}."


def _describe_lengths(result: Result) -> Iterable[str]:
    """Of the rivals for which any group of problems has a verdict."""
    if len(result.strata) < 2:
        return
    first, last = result.strata[0], result.strata[-1]
    measured = {ratio.budget for ratio in last.ratios}
    n = next((budget for budget in LENGTH_BUDGETS if budget in measured), None)
    if n is None:
        return
    ends = [
        {ratio.rival: ratio for ratio in stratum.ratios if ratio.budget == n and ratio.pick == "usual"}
        for stratum in (first, last)
    ]
    rivals = [rival for rival in ends[1] if rival in ends[0]]
    least = first_budgets(result, rivals)
    sure = [rival for rival in rivals if judge_ratio(ends[1][rival], least) > 0]
    others = [rival for rival in rivals if rival not in sure]
    on = f"On problems of {last.title}, for particle filtering's accuracy at N = {n},"
    if not sure:
        yield f"{on} nobody surely needs more generations than it."
    for place, rival in enumerate(sure[:NAMED_RIVALS]):
        ahead_of_none = f"; for {_list(list(map(short_method_name, others)))} that is open" if others else ""
        yield (
            f"{on} {short_method_name(rival)} needs {format_times(ends[1][rival])} as many generations, on those of "
            f"{first.title} {format_times(ends[0][rival])}{'' if place else ahead_of_none}."
        )


def _describe_gain(result: Result, n: int) -> str:
    column = result.column(LEADER_METHOD, n)
    if column is None or column.present is None or not column.gain:
        return ""
    shares = {
        "present": ("present", column.present),
        "usual": ("chosen", column.accuracy["usual"]),
        "majority": ("the most frequent", column.accuracy["majority"]),
    }
    told = [
        f"{name} for {format_percent(share.value, 0)} ({_points(column.gain[key])})"
        for key, (name, share) in shares.items()
    ]
    return (
        f"With particle filtering at N = {n} a right answer is {_list(told)} of the problems; in brackets, points more "
        "or less than without selection."
    )


def _describe_lost(result: Result) -> str:
    n = choose_budget(result)
    column = result.column(LEADER_METHOD, n)
    if column is None or not column.lost:
        return ""
    by = {cause: format_percent(estimate.value) for cause, estimate in column.lost.items()}
    return (
        f"Its last right lineage is ended by selection in {by['selection']} of the runs at N = {n}, and by an error in "
        f"a step in {by['writing']}."
    )


def _points(gain: Estimate) -> str:
    low, value, high = map(format_points, (gain.low, gain.value, gain.high))
    return f"{value}, {low} to {high}"


def _with_ratio(ratio: Ratio) -> str:
    return f"{short_method_name(ratio.rival)}, {format_times(ratio)}"


def format_times(ratio: Ratio) -> str:
    """A ratio and its interval: "2.1 times (1.2 to more than 4)"."""
    low, value, high = (_number(x, ratio.limit) for x in (ratio.ratio.low, ratio.ratio.value, ratio.ratio.high))
    return f"{value} times" if low == high else f"{value} times ({low} to {high})"


def _number(x: float, limit: float) -> str:
    if math.isinf(x):
        return f"more than {limit:.2g}"
    return f"{x:.2f}" if x < 0.95 else f"{x:.1f}" if x < 9.95 else f"{x:.0f}"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
