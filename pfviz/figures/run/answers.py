"""The answers with their posterior mass: what the particles, by weight, believe."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from pfviz.diagnostics import mass_name
from pfviz.figures import theme
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.text import format_percent, pluralise, shorten
from pfviz.trace.trace import Trace

CAPTION = "A bar is the share of the weight behind an answer."
HOW_TO_READ = (
    "A bar is the share of the weight behind an answer (its posterior mass under the filter); equal forms of an answer "
    "count as one."
)

MAX_ANSWERS = 10
"""Answers drawn; the rest are one bar."""


def plot_answers(trace: Trace, *, selected: int | None = None, title: bool = True) -> go.Figure:
    """Mass of each answer at the last step; ✓ right and ✗ wrong where the truth is known.

    Args:
        selected: uid of a node: the bar that its particle stands behind is outlined.
        title: draw the title.
    """
    rows = trace.answers.rows[:MAX_ANSWERS]
    last = trace.steps - 1
    best = [max(row.members, key=lambda slot: (trace.rewards[last, slot], -slot)) for row in rows]
    names = [
        " ".join(filter(None, (CORRECTNESS_MARKS[row.correct], f"<b>{theme.escape(shorten(row.display, 14))}</b>")))
        for row in rows
    ]
    masses, counts = [row.mass for row in rows], [row.count for row in rows]
    colours = [
        {True: theme.RIGHT_COLOUR, False: theme.WRONG_COLOUR, None: theme.SURVIVOR_COLOUR}[row.correct] for row in rows
    ]
    uids: list[int | None] = [int(trace.uids[last, slot]) for slot in best]
    hovers = [
        f"answer <b>{theme.escape(shorten(row.display, 60))}</b><br>mass {row.mass:.3f} · best reward "
        f"{row.best_reward:.3f} · {pluralise(row.count, 'particle')}"
        for row in rows
    ]
    chosen = [selected is not None and selected in trace.uids[last, list(row.members)] for row in rows]
    if rest := trace.particles - sum(counts):
        names.append(
            f"{len(trace.answers.rows) - len(rows)} others" if len(trace.answers.rows) > MAX_ANSWERS else "no answer"
        )
        masses.append(max(0.0, 1.0 - sum(masses)))
        counts.append(rest)
        colours.append(theme.FAINT)
        uids.append(None)
        hovers.append(f"{pluralise(rest, 'particle')} without one of the answers above")
        chosen.append(False)
    top = trace.answers.by_weighted_vote
    text = f"{shorten(top.display, 24)} has {format_percent(top.mass)} of the weight" if top else "No answer yet"
    bars = go.Bar(
        orientation="h",
        x=masses,
        y=np.arange(len(names)),
        customdata=uids,
        marker={
            "color": colours,
            "cornerradius": 3,
            "line": {"width": [3.0 if c else 0.0 for c in chosen], "color": theme.ACCENT},
        },
        text=[
            f"{format_percent(mass)} · {pluralise(count, 'particle')}"
            for mass, count in zip(masses, counts, strict=True)
        ],
        textposition=["inside" if mass > 0.5 else "outside" for mass in masses],
        insidetextanchor="end",
        insidetextfont={"size": 12, "color": theme.SURFACE},
        outsidetextfont={"size": 12, "color": theme.MUTED},
        textangle=0,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="answers",
    )
    return theme.figure(
        [bars] if top else [],
        title=text,
        caption=CAPTION,
        reads=HOW_TO_READ,
        titled=title,
        height=int(np.clip(90 + 34 * len(names), 160, 460)),
        margin={"l": 78, "r": 24, "t": 8, "b": 42},
        bargap=0.4,
        xaxis=theme.axis(
            range=[0, 1],
            tickformat=".0%",
            tickvals=[0, 0.25, 0.5, 0.75, 1],
            showgrid=True,
            fixedrange=True,
            title={"text": mass_name(trace), "font": {"size": 11, "color": theme.MUTED}, "standoff": 4},
            visible=bool(top),
        ),
        yaxis=theme.axis(
            tickvals=np.arange(len(names)),
            ticktext=names,
            tickfont={"size": 13, "color": theme.INK},
            range=[len(names) - 0.4, -0.6],
            fixedrange=True,
            ticklabelstandoff=6,
            visible=bool(top),
        ),
        annotations=[] if top else theme.empty_annotations("No particle has answered yet"),
    )
