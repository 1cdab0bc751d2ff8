"""What the reward likes or dislikes whatever is right: its score moves with something that can be seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.lab.causes import scored as views
from pfviz.lab.causes.base import LEAST_PROBLEMS, LEAST_ROWS, Evidence, Finding, clearest
from pfviz.lab.causes.scored import Scored, Taste
from pfviz.lab.features import Feature, of_places, of_problems
from pfviz.lab.noticed import noticed
from pfviz.lab.rows import FloatArray, Rows
from pfviz.lab.wording import amount, counted

MOST = 3
RIVAL = 0.7  # of what the best one explains: a place or a length that explains so much may be meant instead
FLAT = 0.01  # standard deviation of scores that are all the same
UNNOTICED = 0.02  # of wrong prefixes, at most, where those are asked what is liked


def tastes(evidence: Evidence) -> list[Finding]:
    """The features that explain most of how scores differ between prefixes of the same truth, one after the other; the
    reward goes on without them. The place of a step is one of them: scores that drift.

    Right prefixes of one problem are looked at first, then wrong ones with them, then right ones of all problems.
    """
    rows = evidence.rows
    if not rows.known.any():
        evidence.want("taste", "What the score likes: it needs prefixes whose truth is known.")
        return []
    candidates, found, reward = [*evidence.features, *of_places(rows)], list[Finding](), evidence.reward
    while len(found) < MOST:
        seen = _seen(evidence, reward, candidates)
        if seen is None:
            break
        found += seen.findings(evidence.gap)
        reward = seen.scored.without(seen.taste)
        candidates = [other for other in candidates if other is not seen.taste.feature]
    if found and np.nanmean(noticed(rows, reward)) >= np.nanmean(evidence.as_scored):
        evidence.reward = reward
    return found


@dataclass(frozen=True, eq=False)
class _Seen:
    """A taste of some of the rows, and what cannot be told from it: another one, or the problems in which it is."""

    scored: Scored
    taste: Taste
    rival: Taste | None = None
    problems: str = ""

    def findings(self, gap: float) -> list[Finding]:
        """The taste, and its rival."""
        if self.rival is None:
            return [_finding(self.scored, self.taste, gap, self.problems)]
        pair = (self.taste, self.rival), (self.rival, self.taste)
        return [_finding(self.scored, one, gap, _name(other)) for one, other in pair]


def _seen(evidence: Evidence, reward: FloatArray, candidates: Sequence[Feature]) -> _Seen | None:
    """The best taste of the first rows that show one."""
    rows = evidence.rows
    if rows.is_right.any() and reward[rows.is_right].std() < FLAT:
        # All right ones have one score, the best there is; wrong ones tell something if every error is noticed.
        seen = _in_odds(rows, reward, candidates)
        return seen or (_best(views.only_wrong(rows, reward), candidates) if _all_noticed(evidence, reward) else None)
    within, both, between = (view(rows, reward) for view in (views.within, views.with_wrong, views.between))
    return (
        _best(within, candidates, lambda taste: not within.turned(taste))
        or _best(both, candidates, both.both_move, strict=False)
        or _in_all_problems(between, candidates)
        or _in_odds(rows, reward, candidates)
    )


def _in_odds(rows: Rows, reward: FloatArray, candidates: Sequence[Feature]) -> _Seen | None:
    """Scores that rise with the step or the length, by log-odds: those that fall come away from 1, and are seen."""
    view, grow = views.in_odds(rows, reward), [one for one in candidates if one.unit == "step" or one.length]
    return _best(view, grow, lambda taste: taste.per_unit > 0 and view.both_move(taste), strict=False)


def _all_noticed(evidence: Evidence, reward: FloatArray) -> bool:
    """Whether wrong prefixes score below the right ones, which all have one score."""
    rows = evidence.rows
    return bool((reward[rows.is_wrong] > reward[rows.is_right].mean() - 2 * FLAT).mean() < UNNOTICED)


def _in_all_problems(scored: Scored, candidates: Sequence[Feature]) -> _Seen | None:
    """What holds in enough problems, and explains no less than their kind; if it is no more, that is said."""
    kinds = {feature.name: scored.explained(feature) for feature in of_problems(scored.rows)}
    kind, least = max(kinds.items(), key=lambda one: one[1], default=("", 0.0))

    def holds(taste: Taste) -> bool:
        enough = scored.differ(taste.feature, LEAST_ROWS, LEAST_PROBLEMS)
        return enough and taste.explained > (1 - 1e-6) * least and not scored.turned(taste)

    best = _best(scored, candidates, holds)
    same = best is not None and best.taste.explained < (1 + 1e-6) * least
    return replace(best, problems=kind) if best is not None and same else best


def _best(
    scored: Scored,
    candidates: Sequence[Feature],
    holds: Callable[[Taste], bool] = lambda taste: True,
    *,
    strict: bool = True,
) -> _Seen | None:
    """The one that explains most, of those for which something `holds`; with `strict` only if it holds for the best of
    all: others would only stand in for it."""
    y = scored.centred(scored.reward)
    least = scored.least_share * float(y @ y)
    tastes = (scored.taste(feature, y) for feature in candidates)
    seen = sorted((one for one in tastes if one is not None and one.explained > least), key=lambda one: -one.explained)
    best = next((taste for taste in seen[: 1 if strict else None] if holds(taste)), None)
    if best is None or not best.grows:
        return None if best is None else _Seen(scored, best)
    rivals = [one for one in seen if one.grows and one.explained > RIVAL * best.explained and holds(one)]
    return _Seen(scored, *_step_or_length(scored, rivals))


def _step_or_length(scored: Scored, rivals: Sequence[Taste]) -> tuple[Taste, Taste | None]:
    """Solutions grow longer from step to step, so scores that drift follow their length too. It is the one that moves
    the score also where the other stays as it is; if that tells neither, it is the better one, and both are said."""
    best = rivals[0]
    step = next((taste for taste in rivals if taste.feature.unit == "step"), None)
    length = next((taste for taste in rivals if taste.feature.length), None)
    if step is None or length is None:
        return best, None
    steps, lengths = views.apart(scored, step.feature, length.feature)
    if steps is not lengths:
        return (step if steps else length), None
    return best, length if best is step else step


def _name(taste: Taste) -> str:
    return "the place of the step" if taste.feature.unit == "step" else taste.feature.name


def _finding(scored: Scored, taste: Taste, gap: float, instead: str) -> Finding:
    feature = taste.feature
    moves = "rise" if taste.per_unit > 0 else "fall"
    by = amount(abs(taste.per_unit) * feature.scale)
    unit = feature.unit if feature.scale == 1 else counted(feature.scale, feature.unit)
    if scored.odds:
        cause, grows = ("drift", "from step to step") if feature.unit == "step" else ("length", f"with {feature.name}")
        sentence = f"The scores {moves} {grows} whatever is written: their log-odds by {by} per {unit}."
    elif feature.unit == "step":
        cause, sentence = "drift", f"The scores {moves} by {by} per step whatever the content."
    elif feature.unit:
        cause = "length" if feature.length else "taste"
        sentence = f"The score {moves}s with {feature.name} whatever it says: by {by} per {unit}."
    else:
        cause, at = "taste", "in" if feature.kind == "place" else "at"
        sentence = f"The score {moves}s by {by} {at} {feature.name}, right or wrong."
    if instead:
        sentence += f" It may as well be {instead}: the two come together here."
    order = scored.centred(feature.values) * np.sign(taste.per_unit)
    examples = clearest(order, scored.members, scored.rows)
    size = min(1.0, 0.5 * taste.move / max(scored.gap() if scored.odds else gap, 0.1))
    return Finding(cause, sentence, size, scored.estimate(feature), examples)
