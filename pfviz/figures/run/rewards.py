"""The reward of every lineage, step by step: who rose, who fell, and who was cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import relatives, survivors
from pfviz.figures import theme
from pfviz.figures.marks import mark_hovers
from pfviz.figures.run.reward_cells import reward_cells
from pfviz.figures.run.tree.detail_levels import detail_level
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray

CAPTION = "A line is a lineage; its height is the reward so far."
HOW_TO_READ = (
    "A line follows a lineage: the height is the reward of the solution so far. Strong lines live on in the last step; "
    "faint ones were not continued."
)
CAPTION_CELLS = "Darker: more particles have that reward."
HOW_TO_READ_CELLS = (
    "The darker a cell, the more particles of a step have that reward. Lines follow the lineages that live on in the "
    "last step, marks are those from whom most descend."
)


def plot_rewards(
    trace: Trace, *, selected: int | None = None, horizon: int | None = None, title: bool = True
) -> go.Figure:
    """Reward over the steps.

    Args:
        selected: uid of a node: its ancestry and descendants stand out, dead lines beside them are fainter.
        horizon: last step of the axis; at least T.
        title: draw the title.
    """
    horizon = max(horizon or 0, trace.steps, 1)
    alive = survivors(trace)
    related = relatives(trace, selected)
    lit = np.zeros(alive.shape, dtype=np.bool_) if related is None else related
    everywhere = np.ones(alive.shape, dtype=np.bool_)
    large = detail_level(everywhere, alive) != "all"
    traces = (
        reward_cells(trace, alive, lit)
        if large
        else [
            _lines(trace, ~alive & ~lit, theme.FAINT, 1, "dead", 1.0 if related is None else 0.6),
            _lines(trace, alive & ~lit, theme.SURVIVOR_COLOUR, 1.6, "survivors"),
            _lines(trace, lit, theme.ACCENT, 2.4, "selected"),
            _points(trace, alive, selected),
        ]
    )
    mean = f"Mean reward {trace.rewards[-1].mean():.2f} after step {trace.steps}" if trace.steps else "No step yet"
    return theme.figure(
        traces,
        title=mean,
        caption=CAPTION_CELLS if large else CAPTION,
        reads=HOW_TO_READ_CELLS if large else HOW_TO_READ,
        titled=title,
        height=340,
        margin={"l": theme.LEFT_MARGIN, "r": 40, "t": 12, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(horizon) | {"range": [0.6, horizon + 0.4]},
        yaxis=theme.axis(range=[-0.04, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1], showgrid=True, fixedrange=True),
        shapes=theme.resampling_lines((np.flatnonzero(trace.resampled) + 1.5).tolist()),
        annotations=[theme.step_axis_label()] if trace.steps else theme.empty_annotations("No step yet"),
    )


def _lines(trace: Trace, mask: BoolArray, colour: str, width: float, name: str, opacity: float = 1.0) -> Any:
    """The edges into the masked slots as one broken line."""
    steps, slots = np.nonzero(mask[1:])
    before = trace.rewards[steps, trace.ancestors[steps, slots]]
    gap = np.full(len(steps), np.nan)
    return go.Scatter(
        x=np.column_stack([steps + 1.0, steps + 2.0, gap]).ravel().astype(np.float32),
        y=np.column_stack([before, trace.rewards[steps + 1, slots], gap]).ravel().astype(np.float32),
        mode="lines",
        line={"color": colour, "width": width},
        opacity=opacity,
        hoverinfo="skip",
        name=name,
    )


def _points(trace: Trace, alive: BoolArray, selected: int | None) -> Any:
    symbols = np.where(trace.finished, "diamond", "circle").astype(object)
    symbols[~alive] = symbols[~alive] + "-open"
    chosen = trace.uids == selected if selected is not None else np.zeros(alive.shape, dtype=np.bool_)
    return go.Scatter(
        x=np.repeat(np.arange(1, trace.steps + 1), trace.particles),
        y=trace.rewards.ravel().round(4),
        mode="markers",
        **mark_hovers(trace, np.ones(alive.shape, dtype=np.bool_)),
        marker={
            "size": np.where(chosen, 12, 7).ravel(),
            "symbol": symbols.ravel().tolist(),
            "color": trace.rewards.ravel().round(4),
            "opacity": 0.9,
            "line": {"width": np.where(chosen, 2.5, np.where(alive, 0.7, 1.2)).ravel(), "color": theme.OUTLINE},
            **theme.reward_scale(bar=False),
        },
        name="steps",
    )
