"""The share of right prefixes against their reward, and how many have which reward: is the score a probability?"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.estimates import bars, counted, particle, told
from pfviz.lab.calibration import Bin
from pfviz.lab.diagnosis import Diagnosis

QUESTION = "Does a high score mean a right answer?"
READS = (
    "A mark is the prefixes whose reward lies in one tenth of the scale: the share of them that is right, over their "
    "mean reward. On the dotted line a score is the chance of being right; below it (▼) scores promise too much, above "
    "it (▲) too little. Bars: 95 % bootstrap intervals over problems. Below: how many prefixes have that reward, right "
    "ones full, wrong ones hatched."
)
LOOKS = {"too much": ("triangle-down", theme.WRONG), "too little": ("triangle-up", theme.RIGHT)}
FITS = ("circle", theme.INK)
NEAR = 0.05
"""A share that is no further from the mean reward fits, whatever its interval (which is empty where all are wrong)."""


def plot_reliability(diagnosis: Diagnosis, *, title: bool = True) -> go.Figure:
    """The reliability diagram over the counts of right and wrong prefixes.

    The customdata of a mark is [run, sweep, uid] of the prefix of its bin that is furthest from what its reward says.
    """
    found = diagnosis.reliability
    confidence = diagnosis.measures.confidence
    finding = "" if not found else f"Reward less share right: {told(confidence)} on average"
    key = "promises ▲ too little   ● about right   ▼ too much"
    words = [
        theme.note(key, x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=4),
        theme.note("prefixes", x=0, xref="paper", xanchor="left", y=0.22, yref="paper", yanchor="bottom"),
        theme.note("reward", x=1, xref="paper", xanchor="left", xshift=6, y=0, yref="paper", yanchor="top", yshift=-1),
    ]
    diagonal = {"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "layer": "below"}
    return theme.figure(
        [_marks(diagnosis), *_counts(diagnosis)] if found else [],
        title=f"{QUESTION} {finding}".strip(),
        reads=READS,
        titled=title,
        height=380,
        margin={"l": theme.LEFT, "r": 52, "t": 26, "b": theme.BOTTOM},
        barmode="stack",
        bargap=0.12,
        xaxis=theme.axis(range=[-0.02, 1.02], tickvals=[0, 0.25, 0.5, 0.75, 1], anchor="y2", fixedrange=True),
        yaxis=_shares(visible=bool(found)),
        yaxis2=theme.axis(domain=[0, 0.2], nticks=3, rangemode="tozero", showgrid=True, fixedrange=True),
        shapes=[diagonal | {"line": {"color": theme.MUTED, "width": 1.2, "dash": "dot"}}] if found else [],
        annotations=words if found else theme.empty("Nobody knows which prefixes are right"),
    )


def _shares(**settings: Any) -> dict[str, Any]:
    return theme.axis(
        domain=[0.3, 1], range=[-0.03, 1.03], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=True, fixedrange=True,
        **settings,
    )  # fmt: skip


def verdict(one: Bin) -> str:
    """Whether the rewards of a bin promise "too much" or "too little"; "" if it is not sure, or hardly."""
    if abs(one.right.value - one.reward) <= NEAR:
        return ""
    return "too much" if one.right.high < one.reward else "too little" if one.right.low > one.reward else ""


def _marks(diagnosis: Diagnosis) -> Any:
    found, rows = diagnosis.reliability, diagnosis.rows
    looks = [LOOKS.get(verdict(one), FITS) for one in found]
    off = -np.abs(rows.reward - rows.is_right)
    held = [rows.known & (rows.reward >= one.low) & _below(rows.reward, one) for one in found]
    return go.Scatter(
        x=[round(one.reward, 4) for one in found],
        y=[round(one.right.value, 4) for one in found],
        mode="markers",
        error_y=bars([one.right for one in found]),
        customdata=[particle(diagnosis, members, off) for members in held],
        marker={"symbol": [symbol for symbol, _ in looks], "color": [colour for _, colour in looks], "size": 10},
        hovertext=[_hover(one) for one in found],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="share right",
    )


def _below(reward: Any, one: Bin) -> Any:
    return reward <= 1 if one.high >= 1 else reward < one.high


def _hover(one: Bin) -> str:
    said = {"": "fits, or is not surely off", "too much": "promises too much", "too little": "promises too little"}
    return (
        f"reward {one.low:.1f} to {one.high:.1f}, {one.reward:.2f} on average<br>right: <b>{told(one.right)}</b><br>"
        f"{counted(one.right)}<br>{said[verdict(one)]}"
    )


def _counts(diagnosis: Diagnosis) -> list[Any]:
    found = diagnosis.reliability
    right = np.array([round(one.right.value * one.right.rows) for one in found])
    wrong = np.array([one.right.rows for one in found]) - right
    kinds = (("right", right, theme.RIGHT, ""), ("wrong", wrong, theme.WRONG, "/"))
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
