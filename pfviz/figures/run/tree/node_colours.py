"""What colours the marks of a genealogy: a number for each slot, the scale that it is read on, and its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from pfviz.diagnostics import lineage_slots, root_ancestor
from pfviz.figures import theme
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.lab.probes.values import PrefixValue
from pfviz.text import format_number, pluralise, shorten
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

ColourBy = Literal["reward", "weight", "answer", "family", "log_prob", "gap"]
COLOUR_TITLES: Mapping[ColourBy, str] = {
    "reward": "Reward",
    "weight": "Weight",
    "answer": "Answer",
    "family": "Family",
    "log_prob": "Log-probability",
    "gap": "Reward − value",
}
WEIGHT_TOP = 8
"""Weight, in multiples of the average 1/N, from which on a colour no longer changes; as in the weights figure."""
LOW_QUANTILE = 0.02
"""Of the log-probabilities: the darkest colour starts there, else one rare token would decide how all others look."""
_CHARACTER_WIDTH, _KEY_GAP = 6.6, 22  # px, of a key's text


@dataclass(frozen=True, slots=True)
class NodeColours:
    """`values` (T, N), NaN where one is not known; `scale`, settings of a marker; `labels`, the key as annotations;
    `meaning`, what a colour says, in a few words and in full."""

    values: FloatArray
    scale: dict[str, Any]
    labels: list[dict[str, Any]]
    meaning: str
    explanation: str = ""

    @property
    def categories(self) -> bool:
        """Whether a value is the number of a category, and not an amount."""
        return not self.scale["showscale"]


def read_colour_by(name: object) -> ColourBy:
    """Return the choice of that name; "reward" for what is none."""
    return next((known for known in get_args(ColourBy) if known == name), "reward")


def node_colours(trace: Trace, colour_by: ColourBy, values: Mapping[int, PrefixValue] | None = None) -> NodeColours:
    """Return what colours each slot of a run; `values`, by uid, are what "gap" is told from."""
    if colour_by == "gap":
        return _by_gap(trace, values or {})
    return _CHOICES[colour_by](trace)


def _by_reward(trace: Trace) -> NodeColours:
    return NodeColours(trace.rewards, theme.reward_scale(), theme.reward_labels(), "reward")


def _by_gap(trace: Trace, values: Mapping[int, PrefixValue]) -> NodeColours:
    """A waiting slot carries the uid of its last step, and its reward."""
    known = [values.get(int(uid)) for uid in trace.uids.ravel()]
    gaps = np.array([np.nan if value is None else value.gap for value in known], dtype=np.float64)
    return NodeColours(
        gaps.reshape(trace.uids.shape),
        theme.gap_scale(),
        theme.gap_labels(),
        "reward minus value",
        ", the share of rollouts that end right (orange: the reward is overconfident; purple: underconfident; grey: "
        "not measured)",
    )


def _by_weight(trace: Trace) -> NodeColours:
    shares = np.sqrt(np.minimum(trace.weights * trace.particles / WEIGHT_TOP, 1.0))
    labels = theme.scale_labels("weight 0", f"{WEIGHT_TOP}/N")
    return NodeColours(
        shares, _sequential_scale(0, 1), labels, "weight", f" (square-root scale, up to {WEIGHT_TOP} times the average)"
    )


def _by_log_prob(trace: Trace) -> NodeColours:
    """Of a token of the step, on average: steps differ in their length."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(trace.tokens > 0, trace.log_probs / np.maximum(trace.tokens, 1), np.nan)
    means[~np.isfinite(means)] = np.nan
    means = _carry_to_waiting(trace, means)
    known = means[~np.isnan(means)]
    low = min(float(np.quantile(known, LOW_QUANTILE)), -0.01) if known.size else -1.0
    labels = theme.scale_labels(f"log-prob {format_number(low, 1)}", "0")
    return NodeColours(
        means, _sequential_scale(low, 0), labels, "log-probability", " of the generator, a token's mean (grey: unknown)"
    )


def _carry_to_waiting(trace: Trace, found: FloatArray) -> FloatArray:
    """What a node has, its waiting slots have."""
    return np.asarray(found.ravel()[trace.uids])


def _by_answer(trace: Trace) -> NodeColours:
    """The answer with the most weight among the descendants of the last step; none of what died out."""
    weights = trace.weights[-1] if trace.steps else np.empty(0)
    rows = trace.answers.rows[: len(theme.CATEGORY_COLOURS)]
    back, mass = lineage_slots(trace), np.zeros((len(rows), trace.steps, trace.particles))
    for k, row in enumerate(rows):
        for slot in row.members:
            mass[k][np.arange(trace.steps), back[:, slot]] += weights[slot] + 1e-12  # a weight of 0 is one, too
    best = mass.argmax(axis=0).astype(float) if rows else np.zeros((trace.steps, trace.particles))
    values = np.where(mass.sum(axis=0) > 0, best, np.nan) if rows else np.full_like(best, np.nan)
    names = [f"{CORRECTNESS_MARKS[row.correct]} {shorten(row.display, 10)}".strip() for row in rows]
    return NodeColours(
        values, _category_scale(), _key(names), "answer", " of the descendants with the most weight (grey: none)"
    )


def _by_family(trace: Trace) -> NodeColours:
    """The first step that a slot descends from; those with the most weight at the end have a colour of their own."""
    families = root_ancestor(trace)
    if not trace.steps:
        return NodeColours(families.astype(float), _category_scale(), [], "family")
    mass = np.bincount(families[-1], weights=trace.weights[-1], minlength=trace.particles)
    size = np.bincount(families[-1], minlength=trace.particles)
    largest = [int(root) for root in np.lexsort((-size, -mass)) if size[root]][: len(theme.CATEGORY_COLOURS)]
    values = np.full(families.shape, np.nan)
    for k, root in enumerate(largest):
        values[families == root] = k
    names = [f"{root} ×{size[root]}" for root in largest]
    explanation = (
        f": the first step that it descends from ({pluralise(len(largest), 'family', 'families')}; grey: others)"
    )
    return NodeColours(values, _category_scale(), _key(names), "family", explanation)


def _sequential_scale(low: float, high: float) -> dict[str, Any]:
    stops = [[k / (len(theme.WEIGHT_SCALE) - 1), colour] for k, colour in enumerate(theme.WEIGHT_SCALE)]
    return theme.reward_scale() | {"colorscale": stops, "cmin": low, "cmax": high}


def _category_scale() -> dict[str, Any]:
    """A step for each colour; category k is the number k."""
    count = len(theme.CATEGORY_COLOURS)
    stops = [[place / count, colour] for k, colour in enumerate(theme.CATEGORY_COLOURS) for place in (k, k + 1)]
    return {"colorscale": stops, "cmin": -0.5, "cmax": count - 0.5, "showscale": False}


def _key(names: list[str]) -> list[dict[str, Any]]:
    """The names of the categories beside their colours, from the right to the left, in the place of a scale."""
    labels, right = [], 0.0
    for k, name in reversed(list(enumerate(names))):
        place = {
            "xref": "paper",
            "yref": "paper",
            "x": 1,
            "y": 1,
            "yanchor": "bottom",
            "yshift": 15,
            "xanchor": "right",
        }
        width = _CHARACTER_WIDTH * len(name)
        labels.append(theme.note(theme.escape(name), xshift=-right, **place))
        font = {"size": 13, "color": theme.CATEGORY_COLOURS[k]}
        labels.append(theme.note("●", xshift=-right - width - 4, **(place | {"font": font, "yshift": 13})))
        right += width + _KEY_GAP
    return labels


_CHOICES: Mapping[str, Callable[[Trace], NodeColours]] = {
    "reward": _by_reward,
    "weight": _by_weight,
    "answer": _by_answer,
    "family": _by_family,
    "log_prob": _by_log_prob,
}
