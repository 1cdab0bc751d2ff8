"""Three strips under the genealogy, on its step axis: how even, how many ancestors are left, how much evidence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from pfviz.diagnostics import cumulative_log_evidence, distinct_ancestors, ess_fraction, evidence_name
from pfviz.figures import theme
from pfviz.trace.trace import Trace

CAPTION = "Effective share, ancestors, log-evidence."
HOW_TO_READ = (
    "Top: effective share of the particles (1 = all weigh the same). Middle: how many particles of a step still have "
    "living descendants. Bottom: running log-evidence. A dotted line is a resampling."
)


def plot_strips(
    trace: Trace, *, selected: int | None = None, horizon: int | None = None, title: bool = True
) -> go.Figure:
    """ESS/N with its threshold, distinct ancestors and log Ẑ over the steps; margins as in the genealogy.

    Args:
        selected: taken like by every figure; nothing here belongs to one particle.
        horizon: last step of the axis; at least T.
        title: draw the title.
    """
    horizon = max(horizon or 0, trace.steps, 1)
    n = trace.particles
    rows: list[tuple[str, npt.NDArray[Any], str, str, str]] = [
        ("ESS / N", ess_fraction(trace), theme.ESS_COLOUR, "circle", ".2f"),
        ("distinct ancestors", distinct_ancestors(trace), theme.ANCESTORS_COLOUR, "square", "d"),
        (evidence_name(trace), cumulative_log_evidence(trace), theme.EVIDENCE_COLOUR, "diamond", ".2f"),
    ]
    traces = [_strip_line(row, *rows[row - 1]) for row in (1, 2, 3)]
    shapes = theme.resampling_lines((np.flatnonzero(trace.resampled) + 1.5).tolist(), rows=3)
    threshold = trace.settings.get("threshold")
    if trace.settings.get("trigger") == "ess" and isinstance(threshold, int | float):
        shapes.append(
            {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": threshold, "y1": threshold}
            | {"line": {"color": theme.MUTED, "width": 1.2, "dash": "dash"}}
        )
    labels = [theme.step_axis_label(), theme.problem_label()]
    labels += [
        theme.note(
            f"<b>{theme.escape(name)}</b>",
            x=0,
            xref="paper",
            y=1,
            yref="y domain" if row == 1 else f"y{row} domain",
            xanchor="left",
            yanchor="bottom",
            font={"size": 11, "color": colour},
        )
        for row, (name, _, colour, _, _) in enumerate(rows, start=1)
    ]
    if trace.settings.get("trigger") == "ess" and isinstance(threshold, int | float):
        labels.append(
            theme.note(f"threshold {threshold:g}", x=1, xref="paper", y=threshold, yref="y", xanchor="left", xshift=4)
            | {"font": {"size": 10, "color": theme.MUTED}}
        )
    domains = ([0.75, 1.0], [0.375, 0.625], [0.0, 0.25])
    return theme.figure(
        traces,
        title=_title(trace),
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=320,
        margin={"l": theme.LEFT_MARGIN, "r": theme.RIGHT_MARGIN, "t": 18, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(horizon, anchor="y3"),
        yaxis=_strip_axis(domains[0], range=[-0.06, 1.06], tickvals=[0, 1]),
        yaxis2=_strip_axis(domains[1], range=[-0.06 * n, 1.06 * n], tickvals=[0, n]),
        yaxis3=_strip_axis(domains[2], **_ends(rows[2][1])),
        shapes=shapes,
        annotations=labels,
    )


def _title(trace: Trace) -> str:
    fractions = ess_fraction(trace)
    if not fractions.size:
        return "No step yet"
    return f"Lowest ESS/N {fractions.min():.2f}, after step {int(fractions.argmin()) + 1}"


def _strip_line(row: int, name: str, values: npt.NDArray[Any], colour: str, symbol: str, digits: str) -> Any:
    return go.Scatter(
        x=np.arange(1, len(values) + 1),
        y=values,
        yaxis="y" if row == 1 else f"y{row}",
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"symbol": symbol, "size": 6, "color": colour},
        cliponaxis=False,
        name=theme.escape(name),
        hovertemplate=f"step %{{x}} · {theme.escape(name)} <b>%{{y:{digits}}}</b><extra></extra>",
    )


def _ends(values: npt.NDArray[Any]) -> dict[str, Any]:
    """An axis that names the lowest and the highest value alone: marks of a strip so low would touch."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {}
    low, high = float(finite.min()), float(finite.max())
    room = 0.06 * (high - low) or 0.5
    digits = min(max(-math.floor(math.log10(high - low)), 1), 4) if high > low else 2
    ends = sorted({low, high})
    return {
        "range": [low - room, high + room],
        "tickvals": ends,
        "ticktext": [f"{round(end, digits) + 0.0:.{digits}f}" for end in ends],
    }


def _strip_axis(domain: list[float], **settings: Any) -> dict[str, Any]:
    return theme.axis(domain=domain, showgrid=True, anchor="x", fixedrange=True, **settings)
