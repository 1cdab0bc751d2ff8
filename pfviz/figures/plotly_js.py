"""The part of plotly.js that draws our figures: its cartesian bundle, as its authors publish it (npm,
`plotly.js-cartesian-dist-min`), under the MIT licence beside it.

The whole of plotly.js, which the Python package brings, is three times as large, and a browser takes three times as
long to read it: most of the time in which a page or a report opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

PLOTLY_JS = Path(__file__).parent / "static" / "plotly-cartesian.min.js"

TRACE_TYPES = frozenset(
    [
        "bar",
        "box",
        "contour",
        "heatmap",
        "histogram",
        "histogram2d",
        "histogram2dcontour",
        "image",
        "pie",
        "scatter",
        "scatterternary",
        "violin",
    ]
)
"""What a figure of ours may consist of."""


def check_trace_types(traces: Iterable[Any]) -> None:
    """Raise ValueError for a trace that no browser would draw with this bundle."""
    for trace in traces:
        if trace.type not in TRACE_TYPES:
            raise ValueError(
                f"a figure of pfviz has no {trace.type} traces; it may have {', '.join(sorted(TRACE_TYPES))}"
            )
