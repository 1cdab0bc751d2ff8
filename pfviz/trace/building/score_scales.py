"""Scores of any range → rewards in [0, 1], by a rule that the range of a whole file chooses, or that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pfviz.errors import TraceError
from pfviz.text import format_number
from pfviz.types import FloatArray

AUTO = "auto"
_ROUNDING = 1e-4
"""Scores of half precision may lie so far outside of their range."""


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """What scores are taken for.

    Args:
        name: a word for it.
        title: what it is called where it is chosen.
        rule: how a reward is made of a score, in the middle of a sentence.
        low, high: the range of such scores.
        apply: scores, any shape → rewards in [0, 1].
    """

    name: str
    title: str
    rule: str
    low: float
    high: float
    apply: Callable[[FloatArray], FloatArray]


def _logistic(scores: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1 + np.tanh(scores / 2)))


SCALES: dict[str, ScoreScale] = {
    scale.name: scale
    for scale in [
        ScoreScale("unit", "From 0 to 1", "they are the rewards as they stand", 0, 1, lambda scores: scores),
        ScoreScale(
            "log-probability", "Log-probabilities", "they are read as log-probabilities: the reward is exp(score)",
            -np.inf, 0, lambda scores: np.exp(np.minimum(scores, 0)),
        ),
        ScoreScale(
            "ten", "From 0 to 10", "they are read as marks out of ten: the reward is score / 10", 0, 10,
            lambda scores: scores / 10,
        ),
        ScoreScale(
            "percent", "Percent", "they are read as percent: the reward is score / 100", 0, 100,
            lambda scores: scores / 100,
        ),
        ScoreScale(
            "logit", "Logits", "they are read as logits: the reward is 1 / (1 + exp(−score))", -np.inf, np.inf,
            _logistic,
        ),
    ]
}  # fmt: skip
"""By name, in the order in which a range of scores is tried on them: the first one that holds it is taken."""


def choose_scale(scores: Iterable[float], name: str = AUTO) -> ScoreScale:
    """Return the scale of that name, or the first one whose range holds all scores.

    Raises:
        TraceError: a score lies outside of the named scale's range, or there is no such scale.
    """
    given = np.fromiter(scores, dtype=np.float64)
    low, high = (float(given.min()), float(given.max())) if given.size else (0.0, 1.0)
    if name != AUTO and name not in SCALES:
        raise TraceError(f"There is no scale {name[:40]!r} of scores; there are {', '.join([AUTO, *SCALES])}")
    for scale in SCALES.values() if name == AUTO else [SCALES[name]]:
        if scale.low - _ROUNDING <= low and high <= scale.high + _ROUNDING:
            return scale
    scale = SCALES[name]
    raise TraceError(
        f"The scores lie {_describe_range(low, high)}, outside of the scale {name!r} "
        f"({_format(scale.low)} to {_format(scale.high)}); choose another of {', '.join(SCALES)}"
    )


def describe_scale(scale: ScoreScale, scores: Iterable[float]) -> str:
    """Return the rule as a sentence: where the scores lie, and how rewards are made of them."""
    given = np.fromiter(scores, dtype=np.float64)
    if not given.size:
        return ""
    return f"The scores of the file lie {_describe_range(float(given.min()), float(given.max()))}: {scale.rule}."


def scale_scores(scale: ScoreScale, scores: FloatArray) -> FloatArray:
    """Return rewards in [0, 1]; NaN stays NaN. Any shape."""
    return np.clip(scale.apply(np.asarray(scores, dtype=np.float64)), 0.0, 1.0)


def _describe_range(low: float, high: float) -> str:
    return f"between {_format(low)} and {_format(high)}"


def _format(value: float) -> str:
    if np.isinf(value):
        return "−∞" if value < 0 else "∞"
    return format_number(value) if abs(value) < 1e6 else f"{value:.3g}"
