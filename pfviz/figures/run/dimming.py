"""What does not pass a filter is dimmed, in every picture in which a mark or a cell stands for a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.types import BoolArray, IntArray

DIM = 0.12
"""Share of its opacity that a mark keeps."""


def dim_others(figure: go.Figure, uids: IntArray, passing: BoolArray) -> go.Figure:
    """Return the figure with every mark dimmed, and every cell of a heat map emptied, whose uid, the first of its
    `customdata`, is not among those that pass; `uids` and `passing` are (T, N). A figure without marks stays."""
    wanted = np.unique(uids[passing])
    for trace in figure.data:
        if trace.customdata is None or len(trace.customdata) == 0:
            continue
        if trace.type == "heatmap":
            kept = np.isin(np.asarray(trace.customdata, dtype=np.int64), wanted)
            trace.z = np.where(kept, np.asarray(trace.z, dtype=float), np.nan)
        elif trace.type == "bar" or "markers" in (trace.mode or ""):
            kept = np.array([_first_uid(item) in wanted for item in trace.customdata])
            before = 1.0 if trace.marker.opacity is None else np.asarray(trace.marker.opacity, dtype=float)
            trace.marker.opacity = np.round(before * np.where(kept, 1.0, DIM), 3)
    return figure


def _first_uid(item: Any) -> Any:
    return np.ravel(item)[0] if np.size(item) else None
