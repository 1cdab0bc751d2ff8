"""Accuracy against the tokens that both models go through, a line for each method of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.study.accuracy_curve import (
    HEIGHT,
    LABEL_MARGIN,
    LABEL_SPACING,
    line_style,
    short_method_name,
    spread_positions,
)
from pfviz.study.result import LEADER_METHOD, Column, Result

TITLE = "How often is the answer right for so many tokens?"
CAPTION = "A point lies at the tokens that its runs cost."
HOW_TO_READ = (
    "As against generations, but a point lies at what its runs cost: the tokens that the generator writes and those "
    "that the reward reads, a run's mean. A reward without a pass of its own reads none."
)
WITHOUT_REWARD = "tokens written in a run, mean"
WITH_REWARD = "tokens of a run, written and read by the reward, mean"


def count_tokens(column: Column) -> float:
    """The mean tokens of a run: of both models, where those of the reward were measured."""
    return float(column.measures.get("tokens", 0.0)) + float(column.measures.get("reward_tokens", 0.0))


def plot_accuracy_by_tokens(result: Result, *, title: bool = True, height: int = HEIGHT) -> go.Figure:
    """The usual accuracy of each method at each of its budgets, against the tokens of a run on a logarithmic axis."""
    columns = [column for column in result.columns if count_tokens(column) > 0]
    by_method = {m: sorted((c for c in columns if c.method == m), key=count_tokens) for m in result.methods}
    by_method = {method: some for method, some in by_method.items() if some}
    if not by_method:
        return theme.figure(
            [],
            title=TITLE,
            caption=CAPTION,
            reads=HOW_TO_READ,
            titled=title,
            height=height,
            annotations=theme.empty_annotations("No tokens were counted"),
        )
    tokens = np.log10([count_tokens(column) for column in columns])
    shown = [column.accuracy["usual"] for column in columns]
    low = max(0.0, min(e.value for e in shown) - 0.03)
    high = min(1.02, max(e.value for e in shown) + 0.03)
    edge = float(tokens.max()) + 0.04
    is_with_reward = all("reward_tokens" in column.measures for column in columns)
    return theme.figure(
        [_line(method, some) for method, some in reversed(by_method.items())],
        title=TITLE,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=height,
        margin={"l": theme.LEFT_MARGIN, "r": LABEL_MARGIN, "t": 12, "b": 44},
        xaxis=theme.axis(
            range=[float(tokens.min()) - 0.05, edge],
            **_ticks(float(tokens.min()), float(tokens.max())),
            title={
                "text": WITH_REWARD if is_with_reward else WITHOUT_REWARD,
                "font": {"size": 11, "color": theme.MUTED},
                "standoff": 8,
            },
            fixedrange=True,
        ),
        yaxis=theme.axis(range=[low, high], tickformat=".0%", showgrid=True, fixedrange=True, nticks=9),
        annotations=_names(by_method, low, high, height),
        narrow={
            "margin": {"l": 38, "r": 10, "t": 8, "b": 252, "autoexpand": False},
            "annotations": [],
            "showlegend": True,
            "legend": {"y": -0.16, "yanchor": "top", "x": 0, "font": {"size": 11, "color": theme.INK}},
        },
    )


def _line(method: str, columns: list[Column]) -> Any:
    style, leads = line_style(method), method == LEADER_METHOD
    estimates = [column.accuracy["usual"] for column in columns]
    return go.Scatter(
        x=[float(np.log10(count_tokens(column))) for column in columns],
        y=[round(estimate.value, 4) for estimate in estimates],
        mode="lines+markers",
        name=short_method_name(method),
        line={"color": style.colour, "width": 3.4 if leads else 1.4, "dash": style.dash},
        marker={
            "symbol": style.marker,
            "size": 8 if leads else 5.5,
            "color": style.colour,
            "line": {"width": 1.3, "color": style.colour},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [round(e.high - e.value, 4) for e in estimates],
            "arrayminus": [round(e.value - e.low, 4) for e in estimates],
            "thickness": 1.2,
            "width": 0,
            "visible": leads,
            "color": style.colour,
        },
        opacity=1.0 if leads else 0.8,
        customdata=[
            [
                column.budget,
                column.measures["tokens"],
                column.measures.get("reward_tokens", 0.0),
                f"{column.measures['seconds']:.2f} s" if "seconds" in column.measures else "seconds: not measured",
            ]
            for column in columns
        ],
        hovertemplate=f"<b>{theme.escape(short_method_name(method))}</b>, N = %{{customdata[0]}}: %{{y:.1%}}<br>"
        "%{customdata[1]:,.0f} tokens written, %{customdata[2]:,.0f} read by the reward<br>%{customdata[3]}"
        "<extra></extra>",
    )


def _ticks(low: float, high: float) -> dict[str, Any]:
    """1, 2 and 5 times the powers of ten between the ends."""
    ticks = [k * 10**power for power in range(int(low), int(high) + 1) for k in (1, 2, 5)]
    inside = [tick for tick in ticks if low - 0.05 <= np.log10(tick) <= high + 0.05]
    return {"tickvals": [float(np.log10(tick)) for tick in inside], "ticktext": [f"{tick:,}" for tick in inside]}


def _names(by_method: dict[str, list[Column]], low: float, high: float, height: int) -> list[dict[str, Any]]:
    """The names at the right, in the order in which the lines end, moved apart so that none lies on another."""
    ends = np.array([some[-1].accuracy["usual"].value for some in by_method.values()])
    places = spread_positions(ends, LABEL_SPACING * (high - low) / (height - 12 - 44), low, high)
    return [
        {
            "text": f"<b>{text}</b>" if method == LEADER_METHOD else text,
            "font": {"size": 12 if method == LEADER_METHOD else 11, "color": line_style(method).colour},
            "showarrow": False,
            "xref": "paper",
            "x": 1.0,
            "xshift": 10,
            "y": float(place),
            "xanchor": "left",
            "yanchor": "middle",
            "name": short_method_name(method),
        }
        for method, end, place in zip(by_method, ends, places, strict=True)
        for text in [f"{theme.escape(short_method_name(method))} {end:.0%}"]
    ]
