"""Errors that are not noticed, noticed late, or forgotten, and the problems in which that is so.

All of it is told by how often a wrong prefix scores below the right ones beside it. The causes compete: the one behind the
most lost pairs is taken, its rows are explained, and the others are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pfviz.lab.causes.base import Evidence, Finding, Wanted, clearest, enough, percent
from pfviz.lab.features import Feature, of_errors, of_places, of_problems, of_steps
from pfviz.lab.intervals import Estimate, difference
from pfviz.lab.rows import BoolArray, FloatArray

MOST = 3
SEEN_LESS = 0.15  # less often noticed than the others, at least
LEAST_LOST = 0.01  # of all pairs


@dataclass(frozen=True, slots=True)
class _Candidate:
    cause: str
    lost: float  # pairs, by what the others notice
    gap: float  # how much less often its rows are noticed: the purest of several descriptions is the best
    members: BoolArray  # rows that it explains
    estimate: Estimate
    say: Callable[[Estimate], str]


def _plausible(candidate: _Candidate) -> float:
    """The purest description of the most lost pairs; where problems differ because of the errors that they have, those
    errors are the better one."""
    vague = candidate.cause == "subgroup" and candidate.gap < 0.5
    return candidate.lost * candidate.gap * (0.4 if vague else 1.0)


def blindness(evidence: Evidence) -> list[Finding]:
    """At most three causes, those behind the most lost pairs first."""
    rows = evidence.rows
    if not rows.judged:
        evidence.want("blind", "Which errors are not noticed: that needs the truth of each step, which nobody told.")
    elif not enough(rows, rows.fresh):
        evidence.want(
            "blind",
            f"Which errors are not noticed: there are {int(rows.fresh.sum())} first errors; 8 in 4 problems are the least.",
        )
    found: list[Finding] = []
    for _ in range(MOST):
        scores = evidence.noticed
        candidates = [*_subgroups(evidence, scores)]
        if rows.judged:
            candidates += [*_blind(evidence, scores), *_late(evidence, scores), *_forgets(evidence, scores)]
        best = max(candidates, key=_plausible, default=None)
        if best is None or best.lost < LEAST_LOST * max(evidence.pairs, 1):
            break
        unseen = np.where(best.members & ~np.isnan(scores), 1 - scores, -1.0)
        found.append(
            Finding(
                best.cause, best.say(best.estimate), best.lost / max(evidence.pairs, 1), best.estimate,
                clearest(unseen + rows.reward, best.members & (unseen >= 0.5), rows),
            )
        )  # fmt: skip
        evidence.explained = evidence.explained | best.members
    return found


def _contrast(
    evidence: Evidence, scores: FloatArray, held: BoolArray, among: BoolArray, sure: float
) -> tuple[Estimate, float] | None:
    """How much less often the rows that `held` are noticed than the others `among` them, and the pairs that costs; None
    if they are not, or it is not sure."""
    rows = evidence.rows
    members, others = held & among & ~np.isnan(scores), ~held & among & ~np.isnan(scores)
    if not enough(rows, members) or not enough(rows, others):
        return None
    gap = float(scores[others].mean() - scores[members].mean())
    if gap < SEEN_LESS or scores[members].mean() > 0.85:
        return None
    either = members | others
    estimate = difference(scores[either], members[either], rows.problem[either])
    spread = (estimate.high - estimate.low) / 3.92
    if estimate.high > -0.05 or gap < sure * spread:
        return None
    return estimate, gap * float(members.sum())


def _blind(evidence: Evidence, scores: FloatArray) -> list[_Candidate]:
    rows, found = evidence.rows, []
    features = [*of_errors(rows), *of_places(rows), *of_steps(rows)]
    for feature in features:
        for held, name in _halves(feature):
            contrast = _contrast(evidence, scores, held, rows.fresh, 3.0)
            if contrast is None:
                continue
            estimate, lost = contrast
            seen = held & rows.fresh & ~np.isnan(scores)
            here, there = float(scores[seen].mean()), float(scores[rows.fresh & ~held & ~np.isnan(scores)].mean())
            after = rows.stale & (rows.origin >= 0) & held[rows.origin]
            later = there - scores[after & ~np.isnan(scores)]
            goes_on = len(later) > 0 and later.mean() > SEEN_LESS  # not even the steps after it are
            members = held & rows.fresh | (after if goes_on else False)
            found.append(
                _Candidate(
                    "blind", lost + (float(later.sum()) if goes_on else 0.0), there - here, members, estimate,
                    _unnoticed(feature, name, here, there),
                )
            )  # fmt: skip
    return found


def _halves(feature: Feature) -> list[tuple[BoolArray, str]]:
    if not feature.unit:
        return [(feature.values > 0.5, feature.name)]
    cut = float(np.median(feature.values))
    return [
        (feature.values > cut, f"more than {cut:.0f} {feature.unit}s ({feature.name})"),
        (feature.values <= cut, f"at most {cut:.0f} {feature.unit}s ({feature.name})"),
    ]


def _unnoticed(feature: Feature, name: str, here: float, there: float) -> Callable[[Estimate], str]:
    what = (
        f"Errors of the kind “{name}”"
        if feature.kind == "error"
        else f"Errors in steps with {name}"
        if "step" not in name
        else f"Errors in {name}"
    )
    return lambda estimate: (
        f"{what} are not noticed: a right prefix scores higher in {percent(here)} of the pairs, elsewhere in {percent(there)}."
    )


def _late(evidence: Evidence, scores: FloatArray) -> list[_Candidate]:
    """The step after an error is scored as low as the error should have been."""
    rows = evidence.rows
    after = np.full(len(rows), np.nan)
    children: dict[int, list[float]] = {}
    whole = np.where(np.isnan(scores), np.nan, scores)
    for i in np.flatnonzero(rows.parent >= 0):
        if rows.fresh[rows.parent[i]] and not np.isnan(whole[i]):
            children.setdefault(int(rows.parent[i]), []).append(float(whole[i]))
    for i, values in children.items():
        after[i] = np.mean(values)
    both = rows.fresh & ~np.isnan(after) & ~np.isnan(scores)
    if not enough(rows, both):
        return []
    estimate = difference(
        (scores - after)[both], np.ones(int(both.sum()), dtype=np.bool_), rows.problem[both], one_sided=False
    )
    from pfviz.lab.intervals import mean

    estimate = mean((scores - after)[both], rows.problem[both])
    if estimate.value > -SEEN_LESS or estimate.high > -0.05:
        return []
    here, later = float(scores[both].mean()), float(after[both].mean())
    unseen = rows.fresh & ~np.isnan(scores)
    lost = float((later - scores[unseen]).clip(min=0).sum()) * (-estimate.value) / max(later - here, 1e-9)

    def say(found: Estimate) -> str:
        return f"Errors are noticed a step late: a right prefix scores higher than the error in {percent(here)} of the pairs, than the step after it in {percent(later)}."

    evenly = _evenly(rows, scores, after, both)
    return [_Candidate("late", lost * evenly, (later - here) * evenly, rows.fresh.copy(), estimate, say)]


def _evenly(rows: object, scores: FloatArray, after: FloatArray, both: BoolArray) -> float:
    """The share of the places in solutions where it is so: late everywhere, or only blind at one place."""
    from pfviz.lab.rows import Rows, groups

    assert isinstance(rows, Rows)
    places = [part for part in groups(rows.step, both) if len(part) >= 4]
    if not places:
        return 1.0
    return float(np.mean([float((after - scores)[part].mean()) > SEEN_LESS for part in places]))


def _forgets(evidence: Evidence, scores: FloatArray) -> list[_Candidate]:
    """Steps after an error are scored as if it had not been made."""
    rows = evidence.rows
    if not enough(rows, rows.stale & ~np.isnan(evidence.as_scored)):
        wanted = Wanted(
            "forgets",
            "Whether errors are forgotten: hardly any solution went on after an error. Runs that do not select (best-of-N) "
            "would show it.",
        )
        if wanted not in evidence.wanted:
            evidence.wanted.append(wanted)
        return []
    contrast = _contrast(evidence, scores, rows.stale, rows.is_wrong, 3.0)
    if contrast is None:
        return []
    estimate, lost = contrast
    there, here = (float(np.nanmean(scores[part])) for part in (rows.fresh, rows.stale))

    def say(found: Estimate) -> str:
        return f"Errors are forgotten: a right prefix scores higher in {percent(there)} of the pairs when the error is made, in {percent(here)} afterwards."

    return [_Candidate("forgets", lost, there - here, rows.stale.copy(), estimate, say)]


def _subgroups(evidence: Evidence, scores: FloatArray) -> list[_Candidate]:
    """Problems in which the score works less, or works against."""
    rows, found = evidence.rows, []
    for feature in of_problems(rows):
        for held, name in ((feature.values > 0.5, feature.name), (feature.values <= 0.5, feature.opposite)):
            contrast = _contrast(evidence, scores, held, rows.is_wrong, 3.0)
            if contrast is None:
                continue
            estimate, lost = contrast
            here = float(np.nanmean(scores[held & rows.is_wrong]))
            there = float(np.nanmean(scores[~held & rows.is_wrong]))
            how = "is upside down" if here < 0.4 else "works less"

            def say(
                estimate: Estimate, name: str = name, how: str = how, here: float = here, there: float = there
            ) -> str:
                return f"In {name} the score {how}: a right prefix scores higher in {percent(here)} of the pairs, in other problems in {percent(there)}."

            found.append(_Candidate("subgroup", lost, there - here, held & rows.is_wrong, estimate, say))
    return found
