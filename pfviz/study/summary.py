"""Outcomes → the result of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pfviz.errors import StudyError
from pfviz.inference.settings import PICKS
from pfviz.stats.bootstrap import resampled_means
from pfviz.stats.curves import generations_needed
from pfviz.stats.estimate import Estimate
from pfviz.study.lengths import cut_lengths, measure_lengths
from pfviz.study.plan import Unit
from pfviz.study.result import LEADER_METHOD, Column, Ratio, Result, Stratum
from pfviz.study.run_job import MEASURES, Outcome
from pfviz.study.selection import RESAMPLES, MethodBudget, describe_selection, estimate_share
from pfviz.types import FloatArray, IntArray

RATIO_PICKS = ("usual", "vote")
"""How the leader's answer is picked where the curves' horizontal distance is measured."""


def summarise(outcomes: Mapping[Unit, Outcome], wanted: Iterable[Unit], about: Mapping[str, Any]) -> Result:
    """The result over the wanted units: every method and budget on the same problems, those that all of them have done.

    A problem counts once, with the mean over its seeds.

    Raises:
        StudyError: no problem has been done by every wanted method at every wanted budget.
    """
    places: list[MethodBudget] = []
    found: dict[MethodBudget, dict[int, list[Outcome]]] = {}
    for unit in wanted:
        place = unit.method, unit.budget
        if place not in found:
            places.append(place)
            found[place] = {}
        if unit in outcomes:
            found[place].setdefault(unit.problem, []).append(outcomes[unit])
    rank = {method: i for i, method in enumerate(dict.fromkeys(method for method, _ in places))}
    places.sort(key=lambda place: (rank[place[0]], place[1]))
    problems = sorted(set.intersection(*(set(found[place]) for place in places))) if places else []
    if not problems:
        raise StudyError("No problem has been done by every method at every budget yet. Let the study go on, or report "
                         "on fewer of them with --methods and --budgets.")  # fmt: skip
    right = {pick: _accuracy_by_problem(found, places, problems, pick) for pick in PICKS}
    # Every pick is resampled with the same problems.
    means = {pick: resampled_means(right[pick], RESAMPLES) for pick in PICKS}
    return Result(
        about=about,
        problems=len(problems),
        seeds=max(len(rows) for place in places for rows in found[place].values()),
        resamples=RESAMPLES,
        columns=tuple(
            replace(_column(k, places, right, means, found, problems), **kept)
            for k, kept in enumerate(describe_selection(found, places, problems))
        ),
        ratios=tuple(_ratios(places, right, means)),
        strata=tuple(_strata(places, right, measure_lengths(found, problems))),
    )


def _strata(places: list[MethodBudget], right: Mapping[str, FloatArray], lengths: IntArray) -> Iterable[Stratum]:
    """The same on the problems of some number of steps alone."""
    for first, last in cut_lengths(lengths):
        inside = (lengths >= first) & (lengths <= last)
        own = {pick: values[inside] for pick, values in right.items()}
        means = {pick: resampled_means(values, RESAMPLES) for pick, values in own.items()}
        accuracy: dict[str, dict[str, Estimate]] = {}
        for k, (method, budget) in enumerate(places):
            value = estimate_share(own["usual"][:, k].mean(), means["usual"][:, k])
            accuracy.setdefault(method, {})[str(budget)] = value
        yield Stratum(first, last, int(inside.sum()), accuracy, tuple(_ratios(places, own, means)))


def _accuracy_by_problem(
    found: Mapping[MethodBudget, Mapping[int, list[Outcome]]],
    places: list[MethodBudget],
    problems: list[int],
    pick: str,
) -> FloatArray:
    """(P, K) share of right answers over the seeds."""
    return np.array(
        [[np.mean([row.right[pick] for row in found[place][problem]]) for place in places] for problem in problems]
    )


def _column(
    k: int,
    places: list[MethodBudget],
    right: Mapping[str, FloatArray],
    means: Mapping[str, FloatArray],
    found: Mapping[MethodBudget, Mapping[int, list[Outcome]]],
    problems: list[int],
) -> Column:
    method, budget = places[k]
    lead = {}
    if (LEADER_METHOD, budget) in places:
        j = places.index((LEADER_METHOD, budget))
        for pick in PICKS:
            ahead = right[pick][:, k].mean() - right["usual"][:, j].mean()
            lead[pick] = estimate_share(ahead, means[pick][:, k] - means["usual"][:, j])
    rows = [row for problem in problems for row in found[places[k]][problem]]
    names = (*MEASURES, "reward_tokens")
    measured = {name: [getattr(row, name) for row in rows if getattr(row, name) is not None] for name in names}
    return Column(
        method=method,
        budget=budget,
        accuracy={pick: estimate_share(right[pick][:, k].mean(), means[pick][:, k]) for pick in PICKS},
        lead=lead,
        measures={name: float(np.mean(values)) for name, values in measured.items() if values},
    )


def _ratios(
    places: list[MethodBudget], right: Mapping[str, FloatArray], means: Mapping[str, FloatArray]
) -> Iterable[Ratio]:
    ks: dict[str, list[int]] = {}
    for k, (method, _) in enumerate(places):
        ks.setdefault(method, []).append(k)
    for pick in RATIO_PICKS:
        for rival, theirs in ks.items():
            if rival == LEADER_METHOD or len(theirs) < 2:
                continue
            budgets = np.array([places[k][1] for k in theirs], dtype=np.float64)
            for k in ks.get(LEADER_METHOD, []):
                own = places[k][1]
                value = generations_needed(
                    right["usual"][:, theirs].mean(axis=0)[None], budgets, right[pick][:, [k]].mean(axis=0)
                )
                replicates = generations_needed(means["usual"][:, theirs], budgets, means[pick][:, k])
                yield Ratio(
                    rival, pick, own, estimate_share(value[0] / own, replicates / own), float(budgets[-1]) / own
                )
