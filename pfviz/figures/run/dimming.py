"""What does not pass a filter is dimmed, in every picture in which a mark or a cell stands for a step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.types import BoolArray, IntArray

DIM, DIM_LINE = 0.12, 0.35
"""Share of its opacity that a mark keeps, and a line between marks, whichever it leads to."""


def dim_others(figure: go.Figure, uids: IntArray, passing: BoolArray) -> go.Figure:
    """Return the figure with every mark dimmed, and every cell of a heat map emptied, whose uid, the first of its
    `customdata`, is not among those that pass, and the lines of a figure in which one is; `uids` and `passing` are
    (T, N). A figure without marks stays."""
    wanted = np.unique(uids[passing])
    for trace in figure.data:
        if trace.type == "scatter" and trace.mode == "lines" and not passing.all():
            trace.opacity = DIM_LINE * (1.0 if trace.opacity is None else trace.opacity)
        if trace.customdata is None or len(trace.customdata) == 0:
            continue
        if trace.type == "heatmap":
            kept = np.isin(np.asarray(trace.customdata, dtype=np.float64), wanted)
            trace.z = np.where(kept, np.asarray(trace.z, dtype=np.float64), np.nan)
        elif trace.type == "bar" or "markers" in (trace.mode or ""):
            kept = np.isin([_first_uid(item) for item in trace.customdata], wanted)
            before = 1.0 if trace.marker.opacity is None else np.asarray(trace.marker.opacity, dtype=np.float64)
            trace.marker.opacity = np.round(before * np.where(kept, 1.0, DIM), 3)
    return figure


def _first_uid(item: Any) -> float:
    """NaN for what names no step."""
    first = item[0] if isinstance(item, list | tuple | np.ndarray) else item
    return float(first) if isinstance(first, int | float | np.number) else math.nan
