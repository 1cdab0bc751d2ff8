"""What each prefix is worth: its reward against its value, the share of rollouts from it that end right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.marks import node_hovers
from pfviz.lab.probes.values import PrefixValue
from pfviz.trace.trace import Trace

CAPTION = "A mark is a prefix: its reward over its value."
HOW_TO_READ = (
    "A mark is a distinct prefix. Across: its value, the share of rollouts from it that end in the right answer; up: "
    "its reward. On the diagonal the reward is that probability; above it the reward is overconfident, below it "
    "underconfident. Bars: 95% intervals (Wilson 1927); area: rollouts; diamonds: whole solutions, whose value is "
    "known."
)
_MIN_DIAMETER, _MAX_DIAMETER = 6.0, 20.0
"""Diameters in px of one rollout and of the most that a prefix of the picture has."""


def plot_values(
    trace: Trace, values: Sequence[PrefixValue], *, selected: int | None = None, title: bool = True
) -> go.Figure:
    """Reward over value of every prefix that was measured.

    Args:
        values: of the trace's prefixes; those without rollouts are left out.
        selected: uid of a node: the mark of its prefix is outlined.
        title: draw the title.
    """
    known = [value for value in values if value.rollouts]
    chosen = [value for value in known if selected in value.uids]
    marks = [_diagonal(), _marks(trace, known), _selection_outline(known, chosen)] if known else []
    return theme.figure(
        marks,
        title=_finding(known),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": 20, "t": 10, "b": 34},
        xaxis=_share_axis("value by rollouts", bool(known)),
        yaxis=_share_axis("reward", bool(known)),
        annotations=_diagonal_labels() if known else theme.empty_annotations("Nothing was measured yet"),
    )


def miscalibrated_values(values: Sequence[PrefixValue]) -> list[PrefixValue]:
    """The prefixes whose reward lies outside of the interval of their value, the widest gap first."""
    outside = [
        value for value in values if value.rollouts and not value.interval[0] <= value.reward <= value.interval[1]
    ]
    return sorted(outside, key=lambda value: (-abs(value.gap), value.uids))


def _finding(known: Sequence[PrefixValue]) -> str:
    """Whole solutions are left out: no reward is a probability that is 0 or 1."""
    estimated = [value for value in known if not value.exact]
    if not estimated:
        return "What is each prefix worth?"
    high = sum(value.gap > 0 for value in miscalibrated_values(estimated))
    low = len(miscalibrated_values(estimated)) - high
    return f"{high} of {len(estimated)} too high, {low} too low"


def _share_axis(name: str, seen: bool) -> dict[str, Any]:
    return theme.axis(
        range=[-0.04, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True, visible=seen,
        title={"text": name, "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
    )  # fmt: skip


def _diagonal_labels() -> list[dict[str, Any]]:
    return [
        theme.note("too high", x=0.4, y=0.88, font={"size": 11, "color": theme.POSITIVE_COLOUR}),
        theme.note("too low", x=0.6, y=0.12, font={"size": 11, "color": theme.NEGATIVE_COLOUR}),
    ]


def _diagonal() -> Any:
    return go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": theme.MUTED, "width": 1, "dash": "dot"}, hoverinfo="skip",
        name="diagonal",
    )  # fmt: skip


def _diameters(known: Sequence[PrefixValue]) -> Any:
    rollouts = np.array([value.rollouts for value in known], dtype=float)
    most = max(1.0, max((value.rollouts for value in known if not value.exact), default=1))
    return np.maximum(_MIN_DIAMETER, _MAX_DIAMETER * np.sqrt(np.minimum(rollouts, most) / most)).round(1)


def _marks(trace: Trace, known: Sequence[PrefixValue]) -> Any:
    hovers = node_hovers(trace, {uid: value for value in known for uid in value.uids})
    # As numbers that a JSON keeps short; a bar of no length is none.
    up = [round(value.interval[1] - value.value, 4) for value in known]
    down = [round(value.value - value.interval[0], 4) for value in known]
    nodes = [trace.node(value.uids[0]) for value in known]
    return go.Scatter(
        x=[round(value.value, 4) for value in known],
        y=[round(value.reward, 4) for value in known],
        mode="markers",
        name="prefixes",
        cliponaxis=False,
        customdata=[value.uids[0] for value in known],
        hovertext=[_hover(hovers[t][n], value) for (t, n), value in zip(nodes, known, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
        error_x={
            "type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": theme.SURVIVOR_COLOUR,
            "thickness": 0.8, "width": 0,
        },
        marker={
            "size": np.where([value.exact for value in known], _MIN_DIAMETER + 2, _diameters(known)).tolist(),
            "symbol": ["diamond" if value.exact else "circle" for value in known],
            "color": [round(value.gap, 4) for value in known],
            "opacity": 0.9,
            "line": {"width": 0.8, "color": theme.OUTLINE},
            **theme.gap_scale(bar=False),
        },
    )  # fmt: skip


def _hover(text: str, value: PrefixValue) -> str:
    more = len(value.uids) - 1
    return text + (f"<br>and {more} more with the same text" if more else "")


def _selection_outline(known: Sequence[PrefixValue], chosen: Sequence[PrefixValue]) -> Any:
    sizes = dict(zip((value.uids for value in known), _diameters(known).tolist(), strict=True))
    return go.Scatter(
        x=[value.value for value in chosen],
        y=[value.reward for value in chosen],
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": [sizes[value.uids] + 8 for value in chosen],
            "color": theme.ACCENT,
            "line": {"width": 2.5},
        },
        hoverinfo="skip",
        name="selection",
    )
