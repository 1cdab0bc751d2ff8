"""The genealogy: every step of every particle, who continued whom, and which lineages live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import distinct_ancestors, living_descendants, mrca_step, offspring, relatives
from pfviz.figures import theme
from pfviz.figures.marks import CURVE_POINTS, curves, diameters
from pfviz.figures.run.tree.detail_levels import detail_level
from pfviz.figures.run.tree.family_badges import family_badges, family_brackets
from pfviz.figures.run.tree.genealogy_cells import draw_cells
from pfviz.figures.run.tree.genealogy_slots import draw_slots
from pfviz.figures.run.tree.leaves import leaf_labels
from pfviz.figures.run.tree.node_colours import ColourBy, NodeColours, node_colours
from pfviz.figures.run.tree.step_labels import label_signs
from pfviz.figures.run.tree.tree_layout import TreeLayout, lay_out
from pfviz.lab.probes.values import PrefixValue
from pfviz.trace.trace import Trace

CAPTION = "Area = weight, colour = reward, hollow = died."
HOW_TO_READ = (
    "Each mark is one step of one particle: area = weight, colour = reward, hollow = its lineage died out, "
    "diamond = finished. Lines go from a step to the steps that continue it; thick ones have many living descendants."
)
CAPTION_SURVIVORS = "Marks live on; the pale cells died out."
CAPTION_CELLS = "Strong cells are heavy, pale ones died out."
HOW_TO_READ_SURVIVORS = (
    "Marks and lines are the lineages that live on: area = weight, colour = reward, thick lines have many living "
    "descendants. The pale cells behind them are the steps of those that died out."
)
HOW_TO_READ_CELLS = (
    "A cell is the particles of some lanes at one step, in the colour of their mean reward; strong ones live on and "
    "are heavy, paler ones are light, the palest died out. Lines and marks are the lineages that live on. At the "
    "right: families, their share of the weight and how many particles of the last step they are; on the page a click "
    "opens one."
)
MIN_KEPT = 0.4
"""Share of a step's particles that have children, below which a resampling of a large run is labelled as a collapse."""


def plot_genealogy(
    trace: Trace,
    *,
    selected: int | None = None,
    horizon: int | None = None,
    values: Mapping[int, PrefixValue] | None = None,
    colour_by: ColourBy = "reward",
    family: int | None = None,
    title: bool = True,
) -> go.Figure:
    """The genealogy of a run, or of what has been seen of it. Of a large run the survivors are drawn over cells of
    slots: `detail_levels.py` says from which size on.

    Args:
        selected: uid of a node: its ancestry and descendants stand out, the dead edges beside them are fainter; the
            colours of all others stay. An unknown uid selects nothing.
        horizon: last step of the axis, so that a growing run is not rescaled; at least T.
        values: what rollouts told of some nodes, by uid; it stands in their hovers.
        colour_by: what colours a mark; "gap" is reward minus value.
        family: uid of a node: its ancestry and descendants alone are drawn, in lanes of their own.
        title: draw the title.
    """
    horizon = max(horizon or 0, trace.steps, 1)
    layout, living = lay_out(trace, family), living_descendants(trace)
    related = relatives(trace, selected)
    level = detail_level(layout.shown, living > 0)
    colours = node_colours(trace, colour_by, values)
    if level == "cells":
        drawn = draw_cells(trace, layout, colours, related)
    else:
        drawn = draw_slots(trace, layout, colours, living, related, values or {}, every=level == "all")
    folded = level == "cells" or layout.family is not None
    traces = [
        *_pinned_band(trace, layout),
        *drawn,
        _selection_ring(trace, layout, selected if related is not None else None),
        *([family_brackets(trace, layout)] if folded else leaf_labels(trace, layout.rows)),
        *label_signs(trace, layout),
    ]
    events = np.flatnonzero(trace.resampled)
    figure = theme.figure(
        traces,
        title=_title(trace, layout),
        caption=_caption(level, colours),
        reads=_how_to_read(level, colours),
        titled=title,
        height=int(np.clip(150 + 26 * layout.height, 220, 560)),
        margin={"l": theme.LEFT_MARGIN, "r": theme.RIGHT_MARGIN, "t": 36, "b": theme.BOTTOM_MARGIN},
        xaxis=theme.step_axis(horizon),
        yaxis=theme.axis(visible=False, range=[layout.height - 0.4, -0.6] if layout.height > 1 else [1, -1]),
        shapes=theme.resampling_lines([t + 1.5 for t in events.tolist()]),
        annotations=[
            theme.step_axis_label(),
            theme.problem_label(),
            *colours.labels,
            *(_collapse_labels(trace, horizon) if level == "cells" else _resampling_labels(trace, horizon)),
            *_trajectory_labels(trace, layout),
            *(family_badges(trace, layout) if folded else []),
        ],
    )
    if layout.family is not None:  # who draws over the figure has to know its lanes
        figure.update_layout(meta={**figure.layout.meta, "family": layout.family})
    return figure


def _caption(level: str, colours: NodeColours) -> str:
    text = {"all": CAPTION, "survivors": CAPTION_SURVIVORS, "cells": CAPTION_CELLS}[level]
    return text.replace("colour = reward", f"colour = {colours.meaning}")


def _how_to_read(level: str, colours: NodeColours) -> str:
    text = {"all": HOW_TO_READ, "survivors": HOW_TO_READ_SURVIVORS, "cells": HOW_TO_READ_CELLS}[level]
    meaning = f"{colours.meaning}{colours.explanation}"
    in_cells = f"colour = {meaning}, in a cell {'the most frequent' if colours.categories else 'the mean'}"
    plain = text.replace("in the colour of their mean reward", in_cells) if colours.meaning != "reward" else text
    return plain.replace("colour = reward", f"colour = {meaning}")


def _title(trace: Trace, layout: TreeLayout) -> str:
    if trace.steps == 0:
        return "No step yet"
    first, n = int(distinct_ancestors(trace)[0]), trace.particles
    if layout.family is not None:
        step, slot = trace.node(layout.family)
        size = int(layout.shown[-1].sum())
        return f"The family of particle {slot} of step {step + 1}: {size:,} of the last {n:,} particles"
    if n == 1:
        return "One particle"
    common = mrca_step(trace)
    shared = f", all from one particle of step {common + 1}" if common and first == 1 and n > 64 else ""
    return f"{first:,} of {n:,} first steps {'live' if first > 1 else 'lives'} on{shared}"


def _pinned_band(trace: Trace, layout: TreeLayout) -> list[Any]:
    """What lies behind the pinned trajectory, which the iteration before has left; nothing in other runs."""
    if not trace.pinned or not trace.steps or not layout.shown[:, 0].all():
        return []
    steps = np.arange(trace.steps, dtype=float)
    y1 = layout.rows[:, 0]
    xs, ys = curves(steps, np.append(layout.root, y1[:-1]), steps + 1, y1, CURVE_POINTS)
    line = {"color": theme.WEIGHT_SCALE[1], "width": 14}
    return [go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", name="pinned")]


def _trajectory_labels(trace: Trace, layout: TreeLayout) -> list[dict[str, Any]]:
    """Words at the trajectory that came from the iteration before, and at the one that goes on to the next."""
    place = {"yanchor": "bottom", "yshift": 7, "font": {"size": 10, "color": theme.INK}}
    words = []
    if trace.pinned and trace.steps and layout.shown[0, 0]:
        words.append(theme.note("pinned", x=1, y=float(layout.rows[0, 0]), **place))
    if trace.retained is not None and layout.shown[-1, trace.retained]:
        words.append(theme.note("kept", x=trace.steps, y=float(layout.rows[-1, trace.retained]), **place))
    return words


def _selection_ring(trace: Trace, layout: TreeLayout, selected: int | None) -> Any:
    chosen = (trace.uids == selected) & layout.shown if selected is not None else np.zeros_like(layout.shown)
    steps, slots = np.nonzero(chosen)
    return go.Scatter(
        x=steps + 1,
        y=layout.rows[steps, slots],
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": diameters(trace.weights[steps, slots], layout.height) + 9,
            "color": theme.ACCENT,
            "line": {"width": 2.5},
        },
        hoverinfo="skip",
        name="selection",
    )


def _resampling_labels(trace: Trace, horizon: int) -> list[dict[str, Any]]:
    """The word "resampled" over each line, or over the first where there is no room for all."""
    events = [x for x in (np.flatnonzero(trace.resampled) + 1.5).tolist() if x < horizon]
    place = {"y": 1, "yref": "y domain", "yanchor": "bottom", "font": {"size": 10, "color": theme.MUTED}}
    return [theme.note("resampled", x=x, **place) for x in (events if len(events) <= 2 else events[:1])]


def _collapse_labels(trace: Trace, horizon: int) -> list[dict[str, Any]]:
    """How many particles have children, at the three events that left fewest, if they left few."""
    kept = (offspring(trace) > 0).sum(axis=1)
    worst = [t for t in np.argsort(kept, kind="stable")[:3] if trace.resampled[t] and t + 1.5 < horizon]
    place = {"y": 1, "yref": "y domain", "yanchor": "bottom", "font": {"size": 10, "color": theme.MUTED}}
    return [
        theme.note(f"▾ {kept[t]:,} copied", x=float(t + 1.5), **place)
        for t in worst
        if kept[t] < MIN_KEPT * trace.particles
    ]
