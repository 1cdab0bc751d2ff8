"""The labels that somebody gave to steps, as small signs beside their marks."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.figures.marks import diameters
from pfviz.figures.run.tree.tree_layout import TreeLayout
from pfviz.lab.labelling import LabelName
from pfviz.trace.trace import Trace

LABEL_MARKS: dict[LabelName, str] = {"good": "✓", "neutral": "○", "bad": "✗"}
_STYLES = ((1.0, LABEL_MARKS["good"], theme.RIGHT_COLOUR), (0.0, LABEL_MARKS["neutral"], theme.MUTED),
           (-1.0, LABEL_MARKS["bad"], theme.WRONG_COLOUR))  # fmt: skip
LIFT = 0.45
"""Lanes by which a sign stands above its step: the line of a selection is drawn over what lies beneath it."""
MAX_SIGNS = 600
"""Of more, as a file with every step labelled has, none is drawn: they would cover the tree."""


def label_signs(trace: Trace, layout: TreeLayout) -> list[Any]:
    """A text beside each labelled step that is drawn; nothing where there is none."""
    drawn = ~np.isnan(trace.step_labels) & layout.shown & trace.written
    if not drawn.any() or drawn.sum() > MAX_SIGNS:
        return []
    steps, slots = np.nonzero(drawn)
    values = trace.step_labels[steps, slots]
    looks = [min(_STYLES, key=lambda style: abs(style[0] - value)) for value in values]
    sizes = np.asarray(diameters(trace.weights[steps, slots], layout.height))
    return [
        go.Scatter(
            x=steps + 1,
            y=layout.rows[steps, slots] - LIFT,
            mode="markers+text",
            marker={"size": sizes, "color": "rgba(0,0,0,0)", "line": {"width": 0}},
            text=[f"<b>{sign}</b>" for _, sign, _ in looks],
            textposition="middle right",
            textfont={"size": 11, "color": [colour for _, _, colour in looks]},
            hoverinfo="skip",
            cliponaxis=False,
            name="step labels",
        )
    ]
