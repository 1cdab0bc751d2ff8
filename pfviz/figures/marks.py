"""What several figures draw alike: curved edges, sizes of markers, hovers of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pfviz.diagnostics import expected_offspring, offspring
from pfviz.figures.theme import escape
from pfviz.lab.probes.values import PrefixValue
from pfviz.text import pluralise, shorten
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, FloatArray, IntArray

CURVE_POINTS = 12
MAX_DETAILED_HOVERS = 2_000
"""Slots of a run up to which each has a hover text of its own; beyond, the browser makes it of the numbers."""
BRIEF_HOVER = (
    "step %{x} · particle %{customdata[1]}<br>reward %{customdata[2]} · weight %{customdata[3]}<extra></extra>"
)
"""Hover template of marks whose `customdata` is that of `brief_data`."""
MIN_DIAMETER = 4.0
"""Diameter in px below which no marker shrinks, so that everything can be seen and clicked."""


def curves(
    x0: FloatArray, y0: FloatArray, x1: FloatArray, y1: FloatArray, points: int = CURVE_POINTS
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Edges (E,) → one polyline: each edge an S-curve of `points` points, NaN between edges (2 points: straight).

    All curves run through the same cubic 3s²-2s³, so two edges whose ends keep their order never cross.
    """
    s = np.linspace(0, 1, points)
    ease = 3 * s**2 - 2 * s**3
    gap = np.full((len(x0), 1), np.nan)
    xs = np.hstack([x0[:, None] + (x1 - x0)[:, None] * s, gap])
    ys = np.hstack([y0[:, None] + (y1 - y0)[:, None] * ease, gap])
    return xs.astype(np.float32).ravel(), np.round(ys, 3).astype(np.float32).ravel()


def diameters(weights: FloatArray, particles: int) -> FloatArray:
    """Diameter in px per normalised weight: the area is proportional to the weight, down to `MIN_DIAMETER`."""
    largest = float(np.interp(np.log2(max(particles, 1)), [0, 4, 6, 10], [26, 38, 32, 18]))
    return np.asarray(np.maximum(largest * np.sqrt(weights), MIN_DIAMETER))


def format_value(value: PrefixValue) -> str:
    """A value in words: its interval and the rollouts behind it, or that it is no estimate."""
    if value.exact:
        return f"value <b>{value.value:.0f}</b> · {'right' if value.right else 'not right'}, as it goes no further"
    low, high = value.interval
    return (
        f"value <b>{value.value:.2f}</b> ({low:.2f} to {high:.2f}) · {value.right} of {value.rollouts} rollouts right"
    )


def node_hovers(trace: Trace, values: Mapping[int, PrefixValue] | None = None) -> list[list[str]]:
    """(T, N) short hover texts, escaped: where, reward, weight and children, the beginning of the text; the value of
    those uids that have one."""
    expected, children = expected_offspring(trace), offspring(trace)
    return [_hover_row(trace, t, expected[t], children[t], values or {}) for t in range(trace.steps)]


def brief_data(trace: Trace, mask: BoolArray) -> list[list[float]]:
    """(M, 4) uid, slot, reward and weight of the slots in the mask (T, N), for `BRIEF_HOVER`."""
    uids, slots = trace.uids[mask].tolist(), np.nonzero(mask)[1].tolist()
    rewards, weights = trace.rewards[mask].round(3).tolist(), trace.weights[mask].round(4).tolist()
    return [list(row) for row in zip(uids, slots, rewards, weights, strict=True)]


def mark_hovers(trace: Trace, marked: BoolArray, values: Mapping[int, PrefixValue] | None = None) -> dict[str, Any]:
    """Settings of the marks of the slots in the mask (T, N): what is told of each, in words of its own or, in a larger
    run without values, by the browser from the mark's numbers."""
    if trace.steps * trace.particles > MAX_DETAILED_HOVERS and not values:
        return {"customdata": brief_data(trace, marked), "hovertemplate": BRIEF_HOVER}
    texts, places = node_hovers(trace, values), np.argwhere(marked).tolist()
    return {
        "customdata": trace.uids[marked],
        "hovertext": [texts[t][slot] for t, slot in places],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def step_hovers(trace: Trace, t: int) -> list[str]:
    """(N,) the hover texts of one step."""
    return _hover_row(trace, t, expected_offspring(trace)[t], offspring(trace)[t], {})


def _hover_row(
    trace: Trace, t: int, expected: FloatArray, children: IntArray, values: Mapping[int, PrefixValue]
) -> list[str]:
    rewards, weights = trace.rewards[t].tolist(), trace.weights[t].tolist()
    row = []
    for n in range(trace.particles):
        written = bool(trace.written[t, n])
        lines = [
            f"<b>step {t + 1}</b> · particle {n}" + ("" if written else " · finished, waiting"),
            f"reward <b>{rewards[n]:.3f}</b> · weight {weights[n]:.3f}",
        ]
        known = values.get(int(trace.uids[t, n]))
        if known is not None:
            lines.append(format_value(known))
        if trace.resampled[t]:
            lines.append(f"N·W = {expected[n]:.2f} → {_format_children(int(children[n]))}")
        if written and trace.texts[t][n]:
            lines.append(f"<i>{escape(shorten(trace.texts[t][n], 60))}</i>")
        row.append("<br>".join(lines))
    return row


def _format_children(count: int) -> str:
    return pluralise(count, "child", "children") if count else "no child"
