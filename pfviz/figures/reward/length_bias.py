"""The reward against the step and against the length of the prefix, right and wrong ones apart where that is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.genealogy import lanes
from pfviz.diagnostics.lineage_ends import prefix_labels
from pfviz.diagnostics.rewards.length_bias import LengthBias, Trend, length_bias
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.stats.estimate import Estimate
from pfviz.text import format_signed
from pfviz.trace.trace import Trace

QUESTION = "Does the score follow length?"
CAPTION = "A mark is a particle: reward over step, and over tokens."
HOW_TO_READ = (
    "A mark is a particle: its reward over its step, and over the tokens of its solution so far. Among the right ones "
    "(●), or the wrong ones (✕), a slope is drift, as length alone is no evidence (Singhal et al., arXiv 2310.03716). "
    "Slopes are for a step, and for 10 tokens: least squares, 95% t-interval in clusters of root ancestors (Liang & "
    "Zeger 1986)."
)
TOKENS_PER_SLOPE = 10
"""Slopes over length are told for so many tokens."""

LEFT_DOMAIN, RIGHT_DOMAIN = (0, 0.46), (0.54, 1)
"""Where the panels stand."""

LABEL_STYLES = (
    (RIGHT, "right", theme.RIGHT_COLOUR, "circle"),
    (WRONG, "wrong", theme.WRONG_COLOUR, "x"),
    (UNKNOWN, "not known", theme.SURVIVOR_COLOUR, "circle-open"),
)


def plot_length_bias(trace: Trace, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Reward over step (left) and over length in tokens (right).

    Args:
        selected: uid of a node: its marks are outlined.
        title: draw the title.
    """
    found = length_bias(trace, prefix_labels(trace, truth(trace)))
    t, n = np.divmod(found.uids, trace.particles)
    beside = found.steps + 0.6 * ((lanes(trace)[t, n] + 0.5) / trace.particles - 0.5)
    hovers = node_hovers(trace)
    told = [hovers[step][slot] for step, slot in zip(t, n, strict=True)]
    panels = (("x", beside, found.steps, found.by_step), ("x2", found.lengths, found.lengths, found.by_length))
    traces: list[Any] = []
    for name, x, exact, slopes in panels:
        traces += _marks(found, x, told, name)
        traces += [_trend_line(found, exact, label, kind, name) for label, kind in _trend_kinds(slopes)]
        mine = found.uids == selected if selected is not None else np.zeros(len(found.uids), dtype=np.bool_)
        traces.append(_selection_ring(x[mine], found.rewards[mine], name))
    longest = max(1, int(found.lengths.max(initial=1)))
    trend = found.by_length.all
    finding = (
        f"{format_signed(trend.value * TOKENS_PER_SLOPE)} for {TOKENS_PER_SLOPE} tokens more" if trend.count else ""
    )
    return theme.figure(
        traces,
        title=f"{QUESTION} {finding}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=300,
        margin={"l": theme.LEFT_MARGIN, "r": 48, "t": 26, "b": theme.BOTTOM_MARGIN},
        narrow={
            "margin": {"l": 32, "r": 12, "t": 40, "b": 34, "autoexpand": False},
            "annotations": [
                *_panel_labels("step", found.by_step, 1, LEFT_DOMAIN, True),
                *_panel_labels("tokens", found.by_length, TOKENS_PER_SLOPE, RIGHT_DOMAIN, True),
            ],
        },
        showlegend=False,
        xaxis=theme.step_axis(trace.steps, domain=LEFT_DOMAIN, fixedrange=True) | {"range": [0.4, trace.steps + 0.6]},
        xaxis2=theme.axis(domain=RIGHT_DOMAIN, anchor="y2", range=[0, 1.06 * longest], nticks=6, fixedrange=True),
        yaxis=_reward_axis(),
        yaxis2=_reward_axis() | {"matches": "y", "anchor": "x2"},
        annotations=[
            *_panel_labels("step", found.by_step, 1, LEFT_DOMAIN),
            *_panel_labels("tokens", found.by_length, TOKENS_PER_SLOPE, RIGHT_DOMAIN),
        ],
    )  # fmt: skip


def _reward_axis() -> dict[str, Any]:
    return theme.axis(range=[-0.09, 1.09], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True)


def _format_slope(one: Estimate, times: int) -> str:
    interval = (
        "" if math.isnan(one.low) else f" ({format_signed(one.low * times)} to {format_signed(one.high * times)})"
    )
    return f"{format_signed(one.value * times)}{interval}"


def _panel_labels(
    name: str, trend: Trend, times: int, ends: tuple[float, float], narrow: bool = False
) -> list[dict[str, Any]]:
    """The name of a panel's axis, and what its lines say: of the right at its left end, of the wrong at its right; on a
    phone one above the other."""
    kinds = (("●", theme.RIGHT_COLOUR, trend.right), ("✕", theme.WRONG_COLOUR, trend.wrong))
    said = [(f"{mark} {_format_slope(one, times)}", colour) for mark, colour, one in kinds if one.count]
    if not said:
        said = [(f"slope {_format_slope(trend.all, times)}" if trend.all.count else "no slope", theme.MUTED)]
    below = {"xref": "paper", "x": ends[1], "yref": "paper", "y": 0, "yanchor": "top"}
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom"}
    side, shift = ("right", {"yshift": -13}) if narrow else ("left", {"xshift": 4, "yshift": -1})
    words = [theme.note(name, xanchor=side, **shift, **below)]
    for k, (text, colour) in enumerate(said):
        end, side = (ends[1], "right") if k and not narrow else (ends[0], "left")
        place = {"x": end, "xanchor": side, "yshift": 5 + (14 * (len(said) - 1 - k) if narrow else 0)}
        words.append(theme.note(text, font={"size": 10 if narrow else 11, "color": colour}, **place, **above))
    return words


def _trend_kinds(trend: Trend) -> list[tuple[int | None, str]]:
    """Which lines are drawn: of the right and the wrong, or of all where nothing is known."""
    known: list[tuple[int | None, str]] = [(label, kind) for label, kind, one in (
        (RIGHT, "right", trend.right), (WRONG, "wrong", trend.wrong)) if one.count]  # fmt: skip
    return known or ([(None, "all")] if trend.all.count else [])


def _marks(found: LengthBias, x: Any, told: list[str], axis: str) -> list[Any]:
    made = []
    for label, kind, colour, symbol in LABEL_STYLES:
        mine = np.flatnonzero(found.labels == label)
        made.append(
            go.Scatter(
                x=np.round(x[mine], 3),
                y=found.rewards[mine].round(4),
                xaxis=axis,
                yaxis=axis.replace("x", "y"),
                mode="markers",
                customdata=found.uids[mine],
                hovertext=[f"{told[k]}<br>{kind}, {found.lengths[k]} tokens so far" for k in mine],
                hovertemplate="%{hovertext}<extra></extra>",
                marker={"size": 6, "color": colour, "symbol": symbol, "opacity": 0.75},
                name=kind,
            )
        )
    return made


def _trend_line(found: LengthBias, x: Any, label: int | None, kind: str, axis: str) -> Any:
    mine = np.ones(len(x), dtype=np.bool_) if label is None else found.labels == label
    rise, start = np.polyfit(x[mine].astype(np.float64), found.rewards[mine], 1)
    ends = np.array([x[mine].min(), x[mine].max()])
    colour = {RIGHT: theme.RIGHT_COLOUR, WRONG: theme.WRONG_COLOUR}.get(
        UNKNOWN if label is None else label, theme.MUTED
    )
    return go.Scatter(
        x=ends, y=(start + rise * ends).round(4), xaxis=axis, yaxis=axis.replace("x", "y"), mode="lines",
        line={"color": colour, "width": 2, "dash": {"wrong": "dash"}.get(kind, "solid")}, hoverinfo="skip",
        name=f"slope of the {kind}",
    )  # fmt: skip


def _selection_ring(x: Any, y: Any, axis: str) -> Any:
    return go.Scatter(
        x=x, y=y, xaxis=axis, yaxis=axis.replace("x", "y"), mode="markers",
        marker={"symbol": "circle-open", "size": 14, "color": theme.ACCENT, "line": {"width": 2.5}}, hoverinfo="skip",
        name="selection",
    )  # fmt: skip
