"""What the reward likes or dislikes whatever is right: its score moves with something that can be seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.lab.causes import score_slopes
from pfviz.lab.causes.base import MIN_PROBLEMS, MIN_ROWS, Evidence, Finding, clearest_examples
from pfviz.lab.causes.score_slopes import FeatureEffect, GroupedScores
from pfviz.lab.metrics.auc import auc_by_row
from pfviz.lab.table.features import Feature, place_features, problem_features
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.text import format_amount, pluralise
from pfviz.types import FloatArray

MAX_FEATURES = 3
SAME_SHARE = 1e-9  # a difference of what two explain that is rounding
RIVAL_SHARE = 0.7  # of what the best one explains: a place or a length that explains so much may be meant instead
FLAT_STD = 0.01  # standard deviation of scores that are all the same
MAX_UNNOTICED_SHARE = 0.02  # of wrong prefixes, at most, where those are asked what is liked


def find_spurious_features(evidence: Evidence) -> list[Finding]:
    """The features that explain most of how scores differ between prefixes of the same truth, one after the other; the
    reward goes on without them. The place of a step is one of them: scores that drift.

    Right prefixes of one problem are looked at first, then wrong ones with them, then right ones of all problems.
    """
    rows = evidence.rows
    if not rows.is_known.any():
        evidence.add_open_question("taste", "What the score likes: it needs prefixes whose truth is known.")
        return []
    # The place of a step comes first: it is the simpler one of two that explain the same.
    candidates, found, reward = [*place_features(rows), *evidence.features], list[Finding](), evidence.reward
    while len(found) < MAX_FEATURES:
        seen = _find_effect(evidence, reward, candidates)
        if seen is None:
            break
        found += seen.findings(evidence.gap)
        reward = seen.scores.remove_effect(seen.effect)
        candidates = [other for other in candidates if other is not seen.effect.feature]
    if found and np.nanmean(auc_by_row(rows, reward)) >= np.nanmean(evidence.original_auc):
        evidence.reward = reward
    return found


@dataclass(frozen=True, eq=False)
class _BestEffect:
    """An effect of some of the rows, and what cannot be told from it: another one, or the problems in which it is."""

    scores: GroupedScores
    effect: FeatureEffect
    rival: FeatureEffect | None = None
    problems: str = ""

    def findings(self, gap: float) -> list[Finding]:
        """The effect, and its rival."""
        if self.rival is None:
            return [_finding(self.scores, self.effect, gap, self.problems)]
        pair = (self.effect, self.rival), (self.rival, self.effect)
        return [_finding(self.scores, one, gap, _display_name(other)) for one, other in pair]


def _find_effect(evidence: Evidence, reward: FloatArray, candidates: Sequence[Feature]) -> _BestEffect | None:
    """The best effect of the first rows that show one."""
    rows = evidence.rows
    if rows.is_right.any() and reward[rows.is_right].std() < FLAT_STD:
        # All right ones have one score, the best there is; wrong ones tell something if every error is noticed.
        seen = _find_in_log_odds(rows, reward, candidates)
        return seen or (
            _strongest_effect(score_slopes.group_wrong_by_age(rows, reward), candidates)
            if _notices_all_errors(evidence, reward)
            else None
        )
    within, both, between = (
        view(rows, reward)
        for view in (score_slopes.group_right_by_problem, score_slopes.group_by_truth, score_slopes.group_all_right)
    )
    return (
        _strongest_effect(within, candidates, lambda effect: not within.reverses_for_wrong(effect))
        or _strongest_effect(both, candidates, both.moves_right_and_wrong, strict=False)
        or _find_across_problems(between, candidates)
        or _find_in_log_odds(rows, reward, candidates)
    )


def _find_in_log_odds(rows: PrefixTable, reward: FloatArray, candidates: Sequence[Feature]) -> _BestEffect | None:
    """Scores that rise with the step or the length, by log-odds: those that fall come away from 1, and are seen."""
    view, grow = (
        score_slopes.group_log_odds_by_truth(rows, reward),
        [one for one in candidates if one.unit == "step" or one.is_length],
    )
    return _strongest_effect(
        view, grow, lambda effect: effect.per_unit > 0 and view.moves_right_and_wrong(effect), strict=False
    )


def _notices_all_errors(evidence: Evidence, reward: FloatArray) -> bool:
    """Whether wrong prefixes score below the right ones, which all have one score."""
    rows = evidence.rows
    return bool((reward[rows.is_wrong] > reward[rows.is_right].mean() - 2 * FLAT_STD).mean() < MAX_UNNOTICED_SHARE)


def _find_across_problems(scored: GroupedScores, candidates: Sequence[Feature]) -> _BestEffect | None:
    """What holds in enough problems, and explains no less than their kind; if it is no more, that is said."""
    kinds = {feature.name: scored.explained_squares(feature) for feature in problem_features(scored.rows)}
    kind, least = max(kinds.items(), key=lambda one: one[1], default=("", 0.0))

    def holds(effect: FeatureEffect) -> bool:
        enough = scored.has_spread(effect.feature, MIN_ROWS, MIN_PROBLEMS)
        return enough and effect.explained_squares > (1 - 1e-6) * least and not scored.reverses_for_wrong(effect)

    best = _strongest_effect(scored, candidates, holds)
    same = best is not None and best.effect.explained_squares < (1 + 1e-6) * least
    return replace(best, problems=kind) if best is not None and same else best


def _strongest_effect(
    scored: GroupedScores,
    candidates: Sequence[Feature],
    holds: Callable[[FeatureEffect], bool] = lambda effect: True,
    *,
    strict: bool = True,
) -> _BestEffect | None:
    """The one that explains most, of those for which something `holds`; with `strict` only if it holds for the best of
    all: others would only stand in for it."""
    y = scored.centre(scored.reward)
    least = scored.min_share * float(y @ y)
    effects = (scored.effect(feature, y) for feature in candidates)
    seen = _sort_by_explained([one for one in effects if one is not None and one.explained_squares > least])
    best = next((effect for effect in seen[: 1 if strict else None] if holds(effect)), None)
    if best is None or not best.grows_with_steps:
        return None if best is None else _BestEffect(scored, best)
    rivals = [
        one
        for one in seen
        if one.grows_with_steps and one.explained_squares > RIVAL_SHARE * best.explained_squares and holds(one)
    ]
    return _BestEffect(scored, *_choose_step_or_length(scored, rivals))


def _sort_by_explained(effects: Sequence[FeatureEffect]) -> list[FeatureEffect]:
    """Those that explain most first; those that explain the same but for rounding, which is not the same on every
    machine, in their order."""
    found: list[FeatureEffect] = []
    left = sorted(effects, key=lambda one: -one.explained_squares)
    while left:
        same = [one for one in left if one.explained_squares >= (1 - SAME_SHARE) * left[0].explained_squares]
        found += [one for one in effects if any(one is other for other in same)]
        left = left[len(same) :]
    return found


def _choose_step_or_length(
    scored: GroupedScores, rivals: Sequence[FeatureEffect]
) -> tuple[FeatureEffect, FeatureEffect | None]:
    """Solutions grow longer from step to step, so scores that drift follow their length too. It is the one that moves
    the score also where the other stays as it is; if that tells neither, it is the better one, and both are said."""
    best = rivals[0]
    step = next((effect for effect in rivals if effect.feature.unit == "step"), None)
    length = next((effect for effect in rivals if effect.feature.is_length), None)
    if step is None or length is None:
        return best, None
    steps, lengths = score_slopes.have_own_effects(scored, step.feature, length.feature)
    if steps is not lengths:
        return (step if steps else length), None
    return best, length if best is step else step


def _display_name(effect: FeatureEffect) -> str:
    return "the place of the step" if effect.feature.unit == "step" else effect.feature.name


def _finding(scored: GroupedScores, effect: FeatureEffect, gap: float, instead: str) -> Finding:
    feature = effect.feature
    moves = "rise" if effect.per_unit > 0 else "fall"
    by = format_amount(abs(effect.per_unit) * feature.scale)
    unit = feature.unit if feature.scale == 1 else pluralise(feature.scale, feature.unit)
    if scored.is_log_odds:
        cause, grows = ("drift", "from step to step") if feature.unit == "step" else ("length", f"with {feature.name}")
        sentence = f"The scores {moves} {grows} whatever is written: their log-odds by {by} per {unit}."
    elif feature.unit == "step":
        cause, sentence = "drift", f"The scores {moves} by {by} per step whatever the content."
    elif feature.unit:
        cause = "length" if feature.is_length else "taste"
        sentence = f"The score {moves}s with {feature.name} whatever it says: by {by} per {unit}."
    else:
        cause, at = "taste", "in" if feature.kind == "place" else "at"
        sentence = f"The score {moves}s by {by} {at} {feature.name}, right or wrong."
    if instead:
        sentence += f" It may as well be {instead}: the two come together here."
    order = scored.centre(feature.values) * np.sign(effect.per_unit)
    examples = clearest_examples(order, scored.members, scored.rows)
    size = min(1.0, 0.5 * effect.move / max(scored.gap() if scored.is_log_odds else gap, 0.1))
    return Finding(cause, sentence, size, scored.estimate(feature), examples)
