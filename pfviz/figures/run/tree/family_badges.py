"""The families of a large run at its right end: how many particles each has, and how much of the weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.families import Family, families
from pfviz.figures import theme
from pfviz.figures.run.tree.leaves import CORRECTNESS_COLOURS, CORRECTNESS_MARKS, spread_positions
from pfviz.figures.run.tree.tree_layout import TreeLayout
from pfviz.inference.answers import Answer
from pfviz.text import format_percent, pluralise, shorten
from pfviz.trace.trace import Trace

MAX_BADGES = 8
"""Families with a badge of their own; the others share one."""


def family_brackets(trace: Trace, layout: TreeLayout) -> go.Scatter:
    """A line beside each family that has a badge."""
    x = trace.steps + 0.3
    xs: list[float | None] = []
    ys: list[float | None] = []
    for low, high in _spans(layout, _badged_families(trace, layout)):
        xs += [x, x, None]
        ys += [low - 0.3, high + 0.3, None]
    line = {"color": theme.MUTED, "width": 1.5}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", cliponaxis=False, name="brackets")


def family_badges(trace: Trace, layout: TreeLayout) -> list[dict[str, Any]]:
    """Annotations, as marks beside the axes cannot be clicked. The `name` of one is "family UID", which the page opens;
    that of an open family is "family" alone, which closes it."""
    if not trace.steps:
        return []
    if layout.family is not None:
        middle = float(layout.rows[-1][layout.shown[-1]].mean()) if layout.shown[-1].any() else layout.root
        return [_note(trace, middle, "◂ <b>all</b>", "family", "back to the whole run", theme.INK)]
    own = _badged_families(trace, layout)
    others = [family for family in families(trace) if family not in own]
    places = [(low + high) / 2 for low, high in _spans(layout, own)]
    places = spread_positions([*places, *([layout.height - 1.0] if others else [])], layout.height / 9, layout.height)
    notes = []
    for family, answer, place in zip(own, _heaviest_answers(trace, own), places, strict=False):
        colour = CORRECTNESS_COLOURS[None if answer is None else answer.correct]
        name, hover = f"family {family.uid}", _hover(trace, family, answer)
        notes.append(_note(trace, place, _badge(family, answer), name, hover, colour))
    if others:
        size, share = sum(one.size for one in others), sum(one.share for one in others)
        hover = f"{len(others):,} smaller families: {size:,} particles, {format_percent(share)} of the weight"
        notes.append(_note(trace, places[-1], f"{len(others):,} more ×{size:,}", "families", hover, theme.MUTED))
    return notes


def _badged_families(trace: Trace, layout: TreeLayout) -> list[Family]:
    """The largest families from the first lane to the last; none beside one that is open."""
    if layout.family is not None or not trace.steps:
        return []
    last = layout.rows[-1]
    return sorted(families(trace)[:MAX_BADGES], key=lambda family: float(last[list(family.members)].mean()))


def _spans(layout: TreeLayout, found: list[Family]) -> list[tuple[float, float]]:
    """The first and the last lane of each in the last step."""
    own = [layout.rows[-1][list(family.members)] for family in found]
    return [(float(lanes.min()), float(lanes.max())) for lanes in own]


def _note(trace: Trace, place: float, text: str, name: str, hover: str, colour: str) -> dict[str, Any]:
    label = theme.note(text, x=trace.steps + 0.5, y=place, xanchor="left", yanchor="middle", xshift=2, borderpad=0)
    font = {"size": 11, "color": colour}
    box = {"bgcolor": theme.SURFACE, "bordercolor": theme.FAINT, "font": {"size": 12, "color": theme.INK}}
    return label | {
        "font": font,
        "hoverlabel": box,
        "name": name,
        "hovertext": hover,
        "captureevents": True,
        "align": "left",
    }


def _badge(family: Family, answer: Answer | None) -> str:
    mark = "" if answer is None else CORRECTNESS_MARKS[answer.correct]
    share = format_percent(family.share, 0) if family.share >= 0.005 else "&lt;1%"
    return " ".join(filter(None, (mark, f"<b>{share}</b>", f"×{family.size:,}")))


def _hover(trace: Trace, family: Family, answer: Answer | None) -> str:
    lines = [
        f"<b>the family of particle {family.slot} of step {family.step + 1}</b>",
        f"{family.size:,} of the last {pluralise(trace.particles, 'particle')}, "
        f"{format_percent(family.share)} of the weight",
    ]
    if answer is not None:
        lines.append(f"most say <b>{theme.escape(shorten(answer.display, 40))}</b>")
    return "<br>".join([*lines, "on the page, a click opens it"])


def _heaviest_answers(trace: Trace, found: list[Family]) -> list[Answer | None]:
    """Of each family the answer with most of its weight; None where nobody in it answers."""
    rows, weights = trace.answers.rows, trace.weights[-1]
    place = np.full(trace.particles, len(rows))
    for k, row in enumerate(rows):
        place[list(row.members)] = k
    heaviest = []
    for family in found:
        own = np.array(family.members)
        shares = np.bincount(place[own], weights=weights[own], minlength=len(rows) + 1)[:-1]
        heaviest.append(rows[int(shares.argmax())] if shares.max(initial=0.0) > 0 else None)
    return heaviest
