"""A small picture of a run: its genealogy as SVG that stands in a page, without a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from pfviz.diagnostics import lanes, survivors
from pfviz.figures.theme import reward_colour
from pfviz.templating import render_template
from pfviz.trace import Trace

WIDTH, HEIGHT, MARGIN, END_WIDTH = 220, 104, 6, 12
"""Of the picture's coordinates; the page sets its size."""
MAX_MARKS = 20
"""Lanes in which each particle has a mark of its own; in more, lines alone are drawn."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of a particle."""

    x: float
    y: float
    radius: float
    colour: str  # of its reward
    alive: bool  # a particle of the last step comes from it


def draw_thumbnail(trace: Trace, *, muted: bool = False) -> Markup:
    """Return the genealogy of a trace as an SVG element: marks in the colours of their rewards, hollow where no
    particle of the last step comes from them, and at the end of each lane whether the answer there is right. `muted`
    draws the tree in one grey, as a shadow of another run. Of many particles only a part of the dead is drawn."""
    thin = trace.particles > MAX_MARKS
    return render_template(
        "pfviz.stories", "thumbnail.html.j2", width=WIDTH, height=HEIGHT, muted=muted, thin=thin,
        dead=_edges(trace, living=False), alive=_edges(trace, living=True), marks=[] if thin else _marks(trace),
        right=_ends(trace, True), wrong=_ends(trace, False),
    )  # fmt: skip


def _places(trace: Trace) -> Callable[[int, int], tuple[float, float]]:
    """Return where slot n of step t is drawn."""
    rows = lanes(trace)
    height = (HEIGHT - 2 * MARGIN) / max(1, trace.particles - 1)
    width = (WIDTH - 2 * MARGIN - END_WIDTH) / max(1, trace.steps - 1)
    return lambda t, n: (round(MARGIN + width * t, 1), round(MARGIN + height * float(rows[t, n]), 1))


def _edges(trace: Trace, *, living: bool) -> str:
    """Return the lines to the steps that live on, or to the others, as one path."""
    place, alive = _places(trace), survivors(trace)
    every = max(1, trace.particles // (2 * MAX_MARKS)) if not living else 1
    found = []
    for t, n in zip(*np.nonzero(alive[1:] == living), strict=True):
        if n % every == 0 and (living or trace.written[t + 1, n]):
            found.append(_bend(place(t, int(trace.ancestors[t, n])), place(t + 1, n)))
    return "".join(found)


def _marks(trace: Trace) -> list[Mark]:
    """Return a mark for each step that was written; its area is the particle's weight."""
    place, alive, share = _places(trace), survivors(trace), trace.weights * trace.particles
    return [
        Mark(
            *place(t, n),
            radius=round(float(np.clip(2 * np.sqrt(share[t, n]), 1.0, 4.5)), 2),
            colour=reward_colour(float(trace.rewards[t, n])),
            alive=bool(alive[t, n]),
        )
        for t, n in zip(*np.nonzero(trace.written), strict=True)
    ]


def _ends(trace: Trace, right: bool) -> str:
    """Return the ticks behind the lanes whose answer is right, or wrong, as one path."""
    place, last = _places(trace), trace.steps - 1
    slots = [slot for row in trace.answers.rows if row.correct is right for slot in row.members]
    return "".join(f"M{WIDTH - END_WIDTH + 2} {place(last, slot)[1]}h{END_WIDTH - 4}" for slot in sorted(slots))


def _bend(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return an edge as a piece of a path."""
    (x1, y1), (x2, y2) = start, end
    middle = round((x1 + x2) / 2, 1)
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
