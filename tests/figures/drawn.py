"""What was drawn, by its name."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def named(figure: go.Figure, name: str, axis: str = "x") -> Any:
    """The trace of that name, on that axis."""
    return next(trace for trace in figure.data if trace.name == name and (trace.xaxis or "x") == axis)
