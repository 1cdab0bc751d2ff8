"""The reward against the step and against the length of the prefix, right and wrong ones apart where that is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics.deaths import labels
from pfviz.diagnostics.genealogy import lanes
from pfviz.diagnostics.intervals import Estimate
from pfviz.diagnostics.profile import Profile, Trend, profile
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.figures.residuals import signed
from pfviz.trace.columns import Trace

QUESTION = "Does the score follow length?"
READS = (
    "A mark is a particle: its reward over its step, and over the tokens of its solution so far. Among the right ones "
    "(●), or the wrong ones (✕), a slope is drift, as length alone is no evidence (Singhal et al., arXiv 2310.03716). "
    "Slopes are for a step, and for 10 tokens: least squares, 95% t-interval in clusters of root ancestors (Liang & "
    "Zeger 1986)."
)
TOKENS = 10
"""Slopes over length are told for so many tokens."""

LEFT, RIGHT_HAND = (0, 0.46), (0.54, 1)
"""Where the panels stand."""

KINDS = (
    (RIGHT, "right", theme.RIGHT, "circle"),
    (WRONG, "wrong", theme.WRONG, "x"),
    (UNKNOWN, "not known", theme.SURVIVOR, "circle-open"),
)


def plot_profile(trace: Trace, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Reward over step (left) and over length in tokens (right).

    Args:
        selected: uid of a node: its marks are outlined.
        title: draw the title.
    """
    found = profile(trace, labels(trace, truth(trace)))
    t, n = np.divmod(found.uids, trace.particles)
    beside = found.steps + 0.6 * ((lanes(trace)[t, n] + 0.5) / trace.particles - 0.5)
    hovers = node_hovers(trace)
    told = [hovers[step][slot] for step, slot in zip(t, n, strict=True)]
    panels = (("x", beside, found.steps, found.by_step), ("x2", found.lengths, found.lengths, found.by_length))
    traces: list[Any] = []
    for name, x, exact, slopes in panels:
        traces += _marks(found, x, told, name)
        traces += [_line(found, exact, label, kind, name) for label, kind in _lines(slopes)]
        mine = found.uids == selected if selected is not None else np.zeros(len(found.uids), dtype=np.bool_)
        traces.append(_chosen(x[mine], found.rewards[mine], name))
    longest = max(1, int(found.lengths.max(initial=1)))
    trend = found.by_length.all
    finding = f"{signed(trend.value * TOKENS)} for {TOKENS} tokens more" if trend.count else ""
    return theme.figure(
        traces,
        title=f"{QUESTION} {finding}".strip(),
        reads=READS,
        titled=title,
        height=300,
        margin={"l": theme.LEFT, "r": 48, "t": 26, "b": theme.BOTTOM},
        narrow={
            "margin": {"l": 32, "r": 12, "t": 40, "b": 34, "autoexpand": False},
            "annotations": [
                *_words("step", found.by_step, 1, LEFT, True),
                *_words("tokens", found.by_length, TOKENS, RIGHT_HAND, True),
            ],
        },
        showlegend=False,
        xaxis=theme.step_axis(trace.steps, domain=LEFT, fixedrange=True) | {"range": [0.4, trace.steps + 0.6]},
        xaxis2=theme.axis(domain=RIGHT_HAND, anchor="y2", range=[0, 1.06 * longest], nticks=6, fixedrange=True),
        yaxis=_rewards(),
        yaxis2=_rewards() | {"matches": "y", "anchor": "x2"},
        annotations=[
            *_words("step", found.by_step, 1, LEFT),
            *_words("tokens", found.by_length, TOKENS, RIGHT_HAND),
        ],
    )  # fmt: skip


def _rewards() -> dict[str, Any]:
    return theme.axis(range=[-0.09, 1.09], tickvals=[0, 0.5, 1], showgrid=True, fixedrange=True)


def _slope(one: Estimate, times: int) -> str:
    interval = "" if math.isnan(one.low) else f" ({signed(one.low * times)} to {signed(one.high * times)})"
    return f"{signed(one.value * times)}{interval}"


def _words(
    name: str, trend: Trend, times: int, ends: tuple[float, float], narrow: bool = False
) -> list[dict[str, Any]]:
    """The name of a panel's axis, and what its lines say: of the right at its left end, of the wrong at its right; on a
    phone one above the other."""
    kinds = (("●", theme.RIGHT, trend.right), ("✕", theme.WRONG, trend.wrong))
    said = [(f"{mark} {_slope(one, times)}", colour) for mark, colour, one in kinds if one.count]
    if not said:
        said = [(f"slope {_slope(trend.all, times)}" if trend.all.count else "no slope", theme.MUTED)]
    below = {"xref": "paper", "x": ends[1], "yref": "paper", "y": 0, "yanchor": "top"}
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom"}
    side, shift = ("right", {"yshift": -13}) if narrow else ("left", {"xshift": 4, "yshift": -1})
    words = [theme.note(name, xanchor=side, **shift, **below)]
    for k, (text, colour) in enumerate(said):
        end, side = (ends[1], "right") if k and not narrow else (ends[0], "left")
        place = {"x": end, "xanchor": side, "yshift": 5 + (14 * (len(said) - 1 - k) if narrow else 0)}
        words.append(theme.note(text, font={"size": 10 if narrow else 11, "color": colour}, **place, **above))
    return words


def _lines(trend: Trend) -> list[tuple[int | None, str]]:
    """Which lines are drawn: of the right and the wrong, or of all where nothing is known."""
    known: list[tuple[int | None, str]] = [(label, kind) for label, kind, one in (
        (RIGHT, "right", trend.right), (WRONG, "wrong", trend.wrong)) if one.count]  # fmt: skip
    return known or ([(None, "all")] if trend.all.count else [])


def _marks(found: Profile, x: Any, told: list[str], axis: str) -> list[Any]:
    made = []
    for label, kind, colour, symbol in KINDS:
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


def _line(found: Profile, x: Any, label: int | None, kind: str, axis: str) -> Any:
    mine = np.ones(len(x), dtype=np.bool_) if label is None else found.labels == label
    rise, start = np.polyfit(x[mine].astype(np.float64), found.rewards[mine], 1)
    ends = np.array([x[mine].min(), x[mine].max()])
    colour = {RIGHT: theme.RIGHT, WRONG: theme.WRONG}.get(UNKNOWN if label is None else label, theme.MUTED)
    return go.Scatter(
        x=ends, y=(start + rise * ends).round(4), xaxis=axis, yaxis=axis.replace("x", "y"), mode="lines",
        line={"color": colour, "width": 2, "dash": {"wrong": "dash"}.get(kind, "solid")}, hoverinfo="skip",
        name=f"slope of the {kind}",
    )  # fmt: skip


def _chosen(x: Any, y: Any, axis: str) -> Any:
    return go.Scatter(
        x=x, y=y, xaxis=axis, yaxis=axis.replace("x", "y"), mode="markers",
        marker={"symbol": "circle-open", "size": 14, "color": theme.ACCENT, "line": {"width": 2.5}}, hoverinfo="skip",
        name="selection",
    )  # fmt: skip
