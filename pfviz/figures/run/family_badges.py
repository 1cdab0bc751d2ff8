"""The families of a large run at its right end: how many particles each has, and how much of the weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.families import Family, families
from pfviz.figures import theme
from pfviz.figures.run.leaves import CORRECTNESS_COLOURS, CORRECTNESS_MARKS, spread_positions
from pfviz.figures.run.tree_layout import TreeLayout
from pfviz.inference.answers import Answer
from pfviz.text import format_percent, pluralise, shorten
from pfviz.trace.trace import Trace

MAX_BADGES = 14
"""Families with a badge of their own; the others share one."""


def family_badges(trace: Trace, layout: TreeLayout) -> list[Any]:
    """Two traces: brackets, and badges. A badge's `customdata` is "family UID", which the page opens; that of an open
    family is "family" alone, which closes it."""
    if not trace.steps:
        return []
    last = layout.rows[-1]
    if layout.family is not None:
        low, high = last[layout.shown[-1]].min(initial=layout.height), last[layout.shown[-1]].max(initial=0)
        return _draw(trace, layout, [(low, high)], ["◂ <b>all</b>"], ["family"], ["back to the whole run"], [theme.INK])
    found = families(trace)
    own, others = found[:MAX_BADGES], found[MAX_BADGES:]
    own = tuple(sorted(own, key=lambda family: float(last[list(family.members)].mean())))
    spans = [(float(last[list(one.members)].min()), float(last[list(one.members)].max())) for one in own]
    answers = _heaviest_answers(trace, own)
    texts = [_badge(one, answer) for one, answer in zip(own, answers, strict=True)]
    hovers = [_hover(trace, one, answer) for one, answer in zip(own, answers, strict=True)]
    colours = [CORRECTNESS_COLOURS[None if answer is None else answer.correct] for answer in answers]
    ids: list[str | None] = [f"family {one.uid}" for one in own]
    if others:
        size, share = sum(one.size for one in others), sum(one.share for one in others)
        spans.append((float(layout.height), float(layout.height)))
        texts.append(f"{len(others)} more ×{size:,}")
        hovers.append(f"{len(others):,} smaller families: {size:,} particles, {format_percent(share)} of the weight")
        ids.append(None)
        colours.append(theme.MUTED)
    return _draw(trace, layout, spans, texts, ids, hovers, colours)


def _draw(
    trace: Trace,
    layout: TreeLayout,
    spans: list[tuple[float, float]],
    texts: list[str],
    ids: Any,
    hovers: list[str],
    colours: list[str],
) -> list[Any]:
    x = trace.steps + 0.3
    gap = layout.height / (MAX_BADGES + 1)
    places = spread_positions([(low + high) / 2 for low, high in spans], gap, layout.height)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for low, high in spans:
        if low < layout.height:
            xs += [x, x, None]
            ys += [low - 0.3, high + 0.3, None]
    line = {"color": theme.MUTED, "width": 1.5}
    brackets = go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", cliponaxis=False, name="brackets")
    badges = go.Scatter(
        x=[trace.steps + 0.5] * len(texts),
        y=places,
        mode="text",
        text=texts,
        textposition="middle right",
        textfont={"size": 11, "color": colours},
        customdata=ids,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="families",
    )
    return [brackets, badges]


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
    return "<br>".join([*lines, "a click opens it"])


def _heaviest_answers(trace: Trace, found: tuple[Family, ...]) -> list[Answer | None]:
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
