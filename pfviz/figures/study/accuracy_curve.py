"""Accuracy against generations, a line for each method of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.inference.methods import METHODS
from pfviz.inference.methods.base import Family
from pfviz.stats.estimate import Estimate
from pfviz.study.result import LEADER_METHOD, Result

TITLE = "How often is the answer right after N generations?"
CAPTION = "A line is a method; higher answers more problems."
HOW_TO_READ = (
    "A line follows a method: the height is the share of problems that it answers rightly with N generations. "
    "The band and the thin bars are 95 % bootstrap intervals over problems."
)
LABEL_MARGIN = 214  # px at the right for the names at the lines' ends
_NARROW_LAYOUT = {
    "margin": {"l": 38, "r": 10, "t": 8, "b": 252, "autoexpand": False},
    "annotations": [],
    "showlegend": True,
    "legend": {"y": -0.16, "yanchor": "top", "x": 0, "font": {"size": 11, "color": theme.INK}},
}
"""Where there is no room for the names: a legend below."""
HEIGHT = 470
LABEL_SPACING = 15.5  # px between two names
MAX_QUIET_WIDTH, MIN_BOLD_WIDTH = (
    2.0,
    3.0,
)  # widths up to which a line stays in the background, and above which it stands out


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a method is drawn: the colour is its family, dash and marker are its own."""

    colour: str
    dash: str
    marker: str


_FAMILY_COLOURS: dict[Family, str] = {
    "filter": theme.FILTER_COLOUR,
    "search": theme.SEARCH_COLOUR,
    "sampling": theme.SAMPLING_COLOUR,
}
_FAMILY_STROKES: dict[Family, tuple[tuple[str, str], ...]] = {
    "filter": (
        ("solid", "circle"), ("dot", "circle-open"), ("dash", "square-open"), ("dashdot", "diamond-open"),
        ("longdash", "circle-dot"), ("longdashdot", "square-dot"),
    ),
    "search": (
        ("dash", "triangle-up-open"), ("solid", "triangle-up"), ("dot", "triangle-down-open"),
        ("dashdot", "triangle-down"),
    ),
    "sampling": (
        ("solid", "square"), ("dash", "pentagon-open"), ("dot", "x-thin-open"), ("dashdot", "hexagon-open"),
    ),
}  # fmt: skip
"""Dash and marker of the methods of a family, in the order in which they are listed; after the last the first again."""
DEFAULT_STYLE = LineStyle(theme.MUTED, "solid", "circle-open")
BASELINE_STYLE = LineStyle(theme.MUTED, "longdash", "star-open")
NO_RESULTS: Mapping[str, Result] = MappingProxyType({})


def short_method_name(method: str) -> str:
    """Return what a method is called where there is little room."""
    known = METHODS.get(method)
    return known.short_title or known.title if known else method


def line_style(method: str) -> LineStyle:
    """Return the style of a method's line: the colour of its family, and the next dash and marker of that. What draws
    nothing, or is not known here, is a baseline."""
    known = METHODS.get(method)
    if known is None or known.deterministic:
        return DEFAULT_STYLE
    family = [name for name, one in METHODS.items() if one.family == known.family and not one.deterministic]
    strokes = _FAMILY_STROKES[known.family]
    return LineStyle(_FAMILY_COLOURS[known.family], *strokes[family.index(method) % len(strokes)])


@dataclass(frozen=True, slots=True)
class _Line:
    method: str
    pick: str
    name: str
    points: list[tuple[int, Estimate]]
    width: float
    style_override: LineStyle | None = None

    @property
    def style(self) -> LineStyle:
        if self.style_override is not None:
            return self.style_override
        style = line_style(self.method)
        return (
            LineStyle(style.colour, "dash", "circle-open")
            if self.method == LEADER_METHOD and self.pick == "vote"
            else style
        )


def plot_accuracy_curve(
    result: Result, *, title: bool = True, height: int = HEIGHT, beside: Mapping[str, Result] = NO_RESULTS
) -> go.Figure:
    """Accuracy against generations. Particle filtering stands out, with its interval as a band; it has a second line,
    for the answer of its weighted vote. A method of a single generation is a level.

    Args:
        title: draw the title.
        height: in px, for which the names at the lines' ends are kept apart; a larger picture is no worse.
        beside: other results by a name; of each the line of particle filtering is drawn too, to compare with.
    """
    lines = _lines(result) + [
        _Line(
            LEADER_METHOD,
            "usual",
            f"{name}, N ≤ {other.curve(LEADER_METHOD)[-1][0]}",
            other.curve(LEADER_METHOD),
            1.8,
            BASELINE_STYLE,
        )
        for name, other in beside.items()
        if other.curve(LEADER_METHOD)
    ]
    low, high = _accuracy_range(lines)
    budgets = sorted({column.budget for column in result.columns})
    xs = np.log2(budgets)
    many = [line for line in lines if len(line.points) > 1]
    quiet = [line for line in many if line.width <= MAX_QUIET_WIDTH]
    traces: list[Any] = [_interval_band(line) for line in many if line.width > MIN_BOLD_WIDTH]
    # Side by side, so that the bars of one budget can be told apart.
    traces += [_curve(line, 0.024 * (place - (len(quiet) - 1) / 2)) for place, line in enumerate(quiet)]
    traces += [_curve(line, 0.0) for line in reversed(many) if line.width > MAX_QUIET_WIDTH]
    levels = [line for line in lines if len(line.points) == 1]
    shapes = [_level_line(line, xs) for line in levels]
    labels = _line_labels([*many, *levels], float(xs[-1]), low, high, height)
    return theme.figure(
        traces,
        title=TITLE,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=height,
        margin={"l": theme.LEFT_MARGIN, "r": LABEL_MARGIN, "t": 12, "b": 44},
        xaxis=theme.axis(
            range=[xs[0] - 0.2, xs[-1] + 0.16],
            tickvals=xs.tolist(),
            ticktext=[str(budget) for budget in budgets],
            title={"text": "generations N", "font": {"size": 11, "color": theme.MUTED}, "standoff": 8},
            fixedrange=True,
        ),
        yaxis=theme.axis(range=[low, high], tickformat=".0%", showgrid=True, fixedrange=True, nticks=9),
        shapes=shapes,
        annotations=labels,
        narrow=_NARROW_LAYOUT,
    )


def _lines(result: Result) -> list[_Line]:
    found = []
    for method in result.methods:
        name = short_method_name(method)
        found.append(_Line(method, "usual", name, result.curve(method), 3.4 if method == LEADER_METHOD else 1.4))
        if method == LEADER_METHOD:
            found.append(_Line(method, "vote", f"{name}, by vote", result.curve(method, "vote"), 2.4))
    return found


def _accuracy_range(lines: list[_Line]) -> tuple[float, float]:
    """The heights between which everything lies, in steps of 5 %."""
    values = [e.value for line in lines for _, e in line.points]
    values += [end for line in lines if line.width > MIN_BOLD_WIDTH for _, e in line.points for end in (e.low, e.high)]
    low, high = np.floor((min(values) - 0.01) * 20) / 20, np.ceil((max(values) + 0.01) * 20) / 20
    return max(0.0, float(low)), min(1.02, float(high))


def _curve(line: _Line, shift: float) -> Any:
    style = line.style
    estimates = [estimate for _, estimate in line.points]
    quiet = line.width <= MAX_QUIET_WIDTH
    return go.Scatter(
        x=[float(np.log2(budget)) + shift for budget, _ in line.points],
        y=[round(estimate.value, 4) for estimate in estimates],
        mode="lines+markers",
        name=line.name,
        line={"color": style.colour, "width": line.width, "dash": style.dash},
        marker={
            "symbol": style.marker,
            "size": 5.5 if quiet else 8,
            "color": style.colour,
            "line": {"width": 1.3, "color": style.colour},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [round(e.high - e.value, 4) for e in estimates],
            "arrayminus": [round(e.value - e.low, 4) for e in estimates],
            "thickness": 0.5,
            "width": 0,
            "color": style.colour,
            "visible": quiet,
        },
        opacity=0.8 if quiet else 1.0,
        customdata=[[budget, e.low, e.high] for budget, e in line.points],
        hovertemplate=f"<b>{theme.escape(line.name)}</b>, N = %{{customdata[0]}}<br>%{{y:.1%}} "
        "(%{customdata[1]:.1%} to %{customdata[2]:.1%})<extra></extra>",
    )


def _interval_band(line: _Line) -> Any:
    xs = [float(np.log2(budget)) for budget, _ in line.points]
    return go.Scatter(
        x=[*xs, *xs[::-1]],
        y=[round(e.high, 4) for _, e in line.points] + [round(e.low, 4) for _, e in line.points[::-1]],
        mode="lines",
        line={"width": 0, "color": line.style.colour},
        fill="toself",
        fillcolor=line.style.colour,
        opacity=0.13,
        hoverinfo="skip",
        showlegend=False,
        name=f"{line.name}, interval",
    )


def _level_line(line: _Line, xs: Any) -> dict[str, Any]:
    height = line.points[0][1].value
    return {
        "type": "line",
        "x0": float(xs[0]),
        "x1": float(xs[-1]),
        "y0": height,
        "y1": height,
        "line": {"color": theme.MUTED, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _line_labels(lines: list[_Line], x: float, low: float, high: float, height: int) -> list[dict[str, Any]]:
    """The names at the right ends, moved apart so that none lies on another."""
    ends = np.array([line.points[-1][1].value for line in lines])
    pixel = (high - low) / (height - 12 - 44)
    places = spread_positions(ends, LABEL_SPACING * pixel, low, high)
    found = []
    for line, end, place in zip(lines, ends, places, strict=True):
        text = f"{theme.escape(line.name)} {end:.0%}"
        found.append(
            {
                "text": f"<b>{text}</b>" if line.width > MIN_BOLD_WIDTH else text,
                "font": {"size": 12 if line.width > MAX_QUIET_WIDTH else 11, "color": line.style.colour},
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 0.7,
                "arrowcolor": theme.FAINT,
                "standoff": 5,
                "x": x,
                "y": float(end),
                "ax": 34,
                "ay": float(end - place) / pixel,
                "xanchor": "left",
                "yanchor": "middle",
                "align": "left",
                "name": line.name,
            }
        )
    return found


def spread_positions(values: Any, gap: float, low: float, high: float) -> Any:
    """Places (K,) nearest to the values (K,) in the same order, at least `gap` apart, within [low, high] if there is
    room: the least squares of isotonic regression (pool adjacent violators)."""
    order = np.argsort(values, kind="stable")
    # With the gaps taken out, the places must only not fall.
    wanted = np.asarray(values, dtype=np.float64)[order] - gap * np.arange(len(order))
    blocks: list[tuple[float, int]] = []  # sum, size
    for value in wanted:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            (total, size), (last, count) = blocks[-2:]
            blocks[-2:] = [(total + last, size + count)]
    level = np.repeat([total / size for total, size in blocks], [size for _, size in blocks])
    found = np.empty(len(order))
    found[order] = np.clip(level, low, max(low, high - gap * (len(order) - 1))) + gap * np.arange(len(order))
    return found
