"""The answers at the right end of a genealogy: neighbours that agree share a bracket and a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pfviz.figures import theme
from pfviz.inference.answers import Answer
from pfviz.text import shorten
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, IntArray

CORRECTNESS_MARKS = {True: "✓", False: "✗", None: ""}
CORRECTNESS_COLOURS = {True: theme.RIGHT_COLOUR, False: theme.WRONG_COLOUR, None: theme.MUTED}
MAX_LABELS = 18
"""More do not fit above one another."""


@dataclass(frozen=True, slots=True)
class LeafGroup:
    """Leaves in adjacent lanes with the same answer."""

    answer: Answer
    lanes: tuple[int, ...]
    best_slot: int  # slot of its best-rewarded member


def leaf_groups(trace: Trace, rows: FloatArray | IntArray) -> list[LeafGroup]:
    """The groups of the last step from the first lane to the last; particles that are not finished break a group."""
    if trace.steps == 0:
        return []
    answer_of = {slot: answer for answer in trace.answers.rows for slot in answer.members}
    last, found = trace.steps - 1, []
    run: list[int] = []
    for slot in [*np.argsort(rows[last]).tolist(), None]:
        answer = answer_of.get(slot)
        if run and answer is not answer_of[run[0]]:
            best = max(run, key=lambda k: (trace.rewards[last, k], -k))
            found.append(LeafGroup(answer_of[run[0]], tuple(int(rows[last, k]) for k in run), best))
            run = []
        if answer is not None:
            run.append(slot)
    return found


def leaf_labels(trace: Trace, rows: FloatArray | IntArray) -> list[Any]:
    """Two traces: the brackets, and the labels (clickable: uid of the group's best-rewarded member)."""
    found = leaf_groups(trace, rows)
    labelled = sorted(sorted(found, key=lambda g: -len(g.lanes))[:MAX_LABELS], key=lambda g: g.lanes[0])
    x = trace.steps + 0.26
    places = spread_positions(
        [float(np.mean(g.lanes)) for g in labelled], trace.particles / MAX_LABELS, trace.particles
    )
    xs: list[float | None] = []
    ys: list[float | None] = []
    for group in found:
        xs += [x, x, None]
        ys += [group.lanes[0] - 0.3, group.lanes[-1] + 0.3, None]
    brackets = go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        line={"color": theme.MUTED, "width": 1.5},
        hoverinfo="skip",
        cliponaxis=False,
        name="brackets",
    )
    labels = go.Scatter(
        x=[x + 0.06] * len(labelled),
        y=places,
        mode="text",
        text=[answer_label(group.answer, len(group.lanes)) for group in labelled],
        textposition="middle right",
        textfont={"size": 12, "color": [CORRECTNESS_COLOURS[group.answer.correct] for group in labelled]},
        customdata=[int(trace.uids[trace.steps - 1, group.best_slot]) for group in labelled],
        hovertext=[f"answer <b>{theme.escape(shorten(g.answer.display, 60))}</b>" for g in labelled],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="answers",
    )
    return [brackets, labels]


def answer_label(answer: Answer, count: int) -> str:
    """✓ 12 ×5: right or wrong where the truth is known, the answer, how many agree."""
    text = f"<b>{theme.escape(shorten(answer.display, 7))}</b>"
    mark = CORRECTNESS_MARKS[answer.correct]
    return " ".join(part for part in (mark, text, f"×{count}" if count > 1 else "") if part)


def spread_positions(places: list[float], apart: float, rows: int) -> list[float]:
    """The places, in order, moved no further than needed to stand `apart` and inside the rows."""
    moved = list(places)
    for _ in range(2):
        for k in range(1, len(moved)):
            moved[k] = max(moved[k], moved[k - 1] + apart)
        overflow = (moved[-1] - (rows - 1)) if moved else 0.0
        if overflow > 0:
            moved[-1] -= overflow
        for k in range(len(moved) - 2, -1, -1):
            moved[k] = min(moved[k], moved[k + 1] - apart)
    return moved
