"""The share of right prefixes against their reward, and how many have which reward: is the score a probability?"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.lab.estimates import error_bars, example_particle, format_counts, format_estimate
from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.metrics.calibration import Bin

QUESTION = "Does a high score mean a right answer?"
CAPTION = "On the diagonal, a reward is the share that is right."
HOW_TO_READ = (
    "A mark stands for the prefixes whose reward lies in one tenth of the scale: the share of them that is right, over "
    "their mean reward. On the dotted line a score is the probability of being right; below it (▼) the reward is "
    "overconfident, above it (▲) underconfident. Bars: 95 % bootstrap intervals over problems. Below: how many "
    "prefixes have that reward, right ones filled, wrong ones hatched."
)
VERDICT_STYLES = {"too much": ("triangle-down", theme.WRONG_COLOUR), "too little": ("triangle-up", theme.RIGHT_COLOUR)}
CALIBRATED_STYLE = ("circle", theme.INK)
MAX_CALIBRATED_GAP = 0.05
"""A share that is no further from the mean reward fits, whatever its interval (which is empty where all are wrong)."""


def plot_reliability(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """The reliability diagram over the counts of right and wrong prefixes.

    The customdata of a mark is [run, sweep, uid] of the prefix of its bin that is furthest from what its reward says.
    """
    found = diagnosis.reliability
    confidence = diagnosis.measures.overconfidence
    finding = "" if not found else f"Reward minus share right: {format_estimate(confidence)} on average"
    key = "▲ underconfident   ● about right   ▼ overconfident"
    words = [
        theme.note(key, x=0, xref="paper", xanchor="left", xshift=-24, y=1, yref="paper", yanchor="bottom", yshift=8),
        theme.note("prefixes", x=0, xref="paper", xanchor="left", y=0.22, yref="paper", yanchor="bottom"),
        theme.note("reward", x=1, xref="paper", xanchor="left", xshift=6, y=0, yref="paper", yanchor="top", yshift=-1),
    ]
    diagonal = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    return theme.figure(
        [_marks(diagnosis), *_count_bars(diagnosis)] if found else [],
        title=f"{QUESTION} {finding}".strip(),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=380,
        margin={"l": theme.LEFT_MARGIN, "r": 52, "t": 26, "b": theme.BOTTOM_MARGIN},
        barmode="stack",
        bargap=0.12,
        xaxis=theme.axis(range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], anchor="y2", fixedrange=True),
        yaxis=_share_axis(visible=bool(found)),
        yaxis2=theme.axis(domain=[0, 0.2], nticks=3, rangemode="tozero", showgrid=True, fixedrange=True),
        shapes=[diagonal | {"line": {"color": theme.MUTED, "width": 1.2, "dash": "dot"}}] if found else [],
        annotations=words if found else theme.empty_annotations("Which prefixes are right is not known"),
    )


def _share_axis(**settings: Any) -> dict[str, Any]:
    return theme.axis(
        domain=[0.3, 1], range=[-0.03, 1.03], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=True, fixedrange=True,
        **settings,
    )  # fmt: skip


def bin_verdict(one: Bin) -> str:
    """Whether the rewards of a bin promise "too much" or "too little"; "" if it is not sure, or hardly."""
    if abs(one.right.value - one.reward) <= MAX_CALIBRATED_GAP:
        return ""
    return "too much" if one.right.high < one.reward else "too little" if one.right.low > one.reward else ""


def _marks(diagnosis: Diagnosis) -> Any:
    found, rows = diagnosis.reliability, diagnosis.rows
    looks = [VERDICT_STYLES.get(bin_verdict(one), CALIBRATED_STYLE) for one in found]
    off = -np.abs(rows.reward - rows.is_right)
    held = [rows.is_known & (rows.reward >= one.low) & _is_below_upper_edge(rows.reward, one) for one in found]
    return go.Scatter(
        x=[round(one.reward, 4) for one in found],
        y=[round(one.right.value, 4) for one in found],
        mode="markers",
        error_y=error_bars([one.right for one in found]),
        customdata=[example_particle(diagnosis, members, off) for members in held],
        marker={"symbol": [symbol for symbol, _ in looks], "color": [colour for _, colour in looks], "size": 10},
        hovertext=[_hover(one) for one in found],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="share right",
    )


def _is_below_upper_edge(reward: Any, one: Bin) -> Any:
    return reward <= 1 if one.high >= 1 else reward < one.high


def _hover(one: Bin) -> str:
    said = {"": "about right", "too much": "overconfident", "too little": "underconfident"}
    return (
        f"reward {one.low:.1f} to {one.high:.1f}, {one.reward:.2f} on average<br>right: "
        f"<b>{format_estimate(one.right)}</b><br>"
        f"{format_counts(one.right)}<br>{said[bin_verdict(one)]}"
    )


def _count_bars(diagnosis: Diagnosis) -> list[Any]:
    found = diagnosis.reliability
    right = np.array([round(one.right.value * one.right.count) for one in found])
    wrong = np.array([one.right.count for one in found]) - right
    kinds = (("right", right, theme.RIGHT_COLOUR, ""), ("wrong", wrong, theme.WRONG_COLOUR, "/"))
    return [
        go.Bar(
            x=[(one.low + one.high) / 2 for one in found],
            y=counts,
            width=0.09,
            yaxis="y2",
            marker={"color": colour, "line": {"width": 0}, "pattern": {"shape": shape, "size": 5, "solidity": 0.35}},
            hovertemplate=f"%{{y}} {name} prefixes<extra></extra>",
            name=name,
        )
        for name, counts, colour, shape in kinds
    ]
