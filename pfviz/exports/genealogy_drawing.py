"""The genealogy of a run as lines, marks and words with places: what `svg.py` writes and `png.py` paints.

It looks as the figure of the page does: area = weight, colour = reward, hollow = its lineage died out. Nothing but
numbers is needed for it: no browser and no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.diagnostics import distinct_ancestors, living_descendants
from pfviz.exports.plain_text import to_xml_text
from pfviz.figures import theme
from pfviz.figures.marks import diameters
from pfviz.figures.run.tree.leaves import (
    CORRECTNESS_COLOURS,
    CORRECTNESS_MARKS,
    MAX_LABELS,
    leaf_groups,
    spread_positions,
)
from pfviz.figures.run.tree.tree_layout import TreeLayout, lay_out
from pfviz.figures.size_limit import check_drawable
from pfviz.text import shorten
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray

WIDTH = 960
"""Of a drawing, in its own units, which are pixels of a screen."""
LEFT, RIGHT, TOP, BOTTOM = 84, 150, 78, 56
MAX_MARKS = 4_000
"""Steps of a run up to which each has a mark; of a larger one, only those that live on, or the heaviest of them."""
_EDGE = 24  # of the words above and below the picture
_TICK_SPACE = 34  # least distance of two numbers under the axis


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a step to one that continues it, level at both ends."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    colour: str

    @property
    def controls(self) -> tuple[float, float]:
        """The x of the two control points of the Bézier curve that is 3s² − 2s³ over its length."""
        third = (self.x1 - self.x0) / 3
        return round(self.x0 + third, 1), round(self.x1 - third, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of a particle."""

    x: float
    y: float
    radius: float
    colour: str  # of its reward
    is_hollow: bool  # its lineage died out


@dataclass(frozen=True, slots=True)
class Word:
    """A line of text. `y` is the middle of its small letters."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of a picture, in the order in which it is drawn."""

    width: int
    height: int
    title: str
    event_lines: tuple[float, ...]  # x of each resampling, from `top` to `bottom`
    top: float
    bottom: float
    brackets: tuple[tuple[float, float, float], ...]  # x, and from y to y: neighbours with one answer
    edges: tuple[Edge, ...]
    marks: tuple[Mark, ...]
    words: tuple[Word, ...]


def draw_genealogy(trace: Trace) -> Drawing:
    """Return the drawing of a run's last sweep.

    Raises:
        TraceError: the run is too large to be drawn.
    """
    check_drawable(trace)
    layout = lay_out(trace)
    height = TOP + BOTTOM + int(np.clip(26 * layout.height, 120, 820))
    x, y = _scales(trace, layout, height)
    drawn = _choose_marks(trace)
    title = _title(trace)
    brackets, answers = _leaves(trace, layout, x(trace.steps), y)
    words = [
        Word(_EDGE, 26, title, 17, theme.INK, is_bold=True),
        Word(_EDGE, 50, to_xml_text(shorten(_under_title(trace), 130)), 12, theme.MUTED),
        Word(_EDGE, height - 12, "Area = weight, colour = reward, hollow = died.", 11, theme.MUTED),
        Word(x(0) - 8, y(layout.root), "problem", 11, theme.MUTED, "end"),
        *_axis_words(trace, x, height),
        *answers,
    ]
    return Drawing(
        width=WIDTH,
        height=height,
        title=f"{title}. {to_xml_text(shorten(trace.problem, 200))}",
        event_lines=tuple(x(t + 1.5) for t in np.flatnonzero(trace.resampled[:-1]).tolist()),
        top=TOP - 14,
        bottom=height - BOTTOM + 14,
        brackets=brackets,
        edges=tuple(_edges(trace, layout, drawn, x, y)),
        marks=tuple(_marks(trace, layout, drawn, x, y)),
        words=tuple(words),
    )


class _Scale:
    """A straight line from numbers to places, to a tenth of a pixel."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._start = low, start
        self._slope = (end - start) / (high - low) if high > low else 0.0

    def __call__(self, value: float) -> float:
        return round(self._start + self._slope * (value - self._low), 1)


def _scales(trace: Trace, layout: TreeLayout, height: int) -> tuple[_Scale, _Scale]:
    """Return where step 0 (the problem) to T, and lane 0 to the last, are drawn."""
    middle = (TOP + height - BOTTOM) / 2
    rows = (TOP, height - BOTTOM) if layout.height > 1 else (middle, middle)
    return _Scale(0, max(1, trace.steps), LEFT, WIDTH - RIGHT), _Scale(0, layout.height - 1, *rows)


def _choose_marks(trace: Trace) -> BoolArray:
    """(T, N) the steps that are drawn."""
    if int(trace.written.sum()) <= MAX_MARKS:
        return trace.written
    living = trace.written & (living_descendants(trace) > 0)
    if int(living.sum()) <= MAX_MARKS:
        return living
    least = np.sort(trace.weights[living])[-MAX_MARKS]
    return np.asarray(living & (trace.weights >= least))


def _edges(trace: Trace, layout: TreeLayout, drawn: BoolArray, x: _Scale, y: _Scale) -> list[Edge]:
    """Return the lines to the steps that are drawn, and to waiting particles; those to the living last, over the
    others."""
    living, before = living_descendants(trace), layout.before(trace)
    wanted = drawn | (~trace.written & (living > 0) & (int(trace.written.sum()) <= MAX_MARKS))
    found = []
    for t, n in np.argwhere(wanted).tolist():
        share = float(living[t, n]) / trace.particles
        alive = share > 0
        width = round(1.2 + 5 * share, 2) if alive else 1.0
        colour = theme.SURVIVOR_COLOUR if alive else theme.FAINT
        edge = Edge(x(t), y(float(before[t, n])), x(t + 1), y(float(layout.rows[t, n])), width, colour)
        found.append((alive, edge))
    return [edge for _, edge in sorted(found, key=lambda pair: pair[0])]


def _marks(trace: Trace, layout: TreeLayout, drawn: BoolArray, x: _Scale, y: _Scale) -> list[Mark]:
    alive, sizes = living_descendants(trace) > 0, diameters(trace.weights, trace.particles)
    return [
        Mark(
            x=x(t + 1),
            y=y(float(layout.rows[t, n])),
            radius=round(float(sizes[t, n]) / 2, 2),
            colour=theme.reward_colour(float(trace.rewards[t, n])),
            is_hollow=not alive[t, n],
        )
        for t, n in np.argwhere(drawn).tolist()
    ]


def _leaves(
    trace: Trace, layout: TreeLayout, right: float, y: _Scale
) -> tuple[tuple[tuple[float, float, float], ...], list[Word]]:
    """Return the brackets behind the last step, and the answers beside them."""
    groups = leaf_groups(trace, layout.rows)
    brackets = tuple((right + 22, y(group.lanes[0] - 0.3), y(group.lanes[-1] + 0.3)) for group in groups)
    shown = sorted(sorted(groups, key=lambda group: -len(group.lanes))[:MAX_LABELS], key=lambda group: group.lanes[0])
    places = spread_positions(
        [float(np.mean(group.lanes)) for group in shown], trace.particles / MAX_LABELS, trace.particles
    )
    words = []
    for group, place in zip(shown, places, strict=True):
        mark, count = CORRECTNESS_MARKS[group.answer.correct], len(group.lanes)
        text = to_xml_text(shorten(group.answer.display, 9))
        label = " ".join(part for part in (mark, text, f"×{count}" if count > 1 else "") if part)
        colour = CORRECTNESS_COLOURS[group.answer.correct]
        words.append(Word(right + 28, y(place), label, 13, colour, is_bold=True))
    return brackets, words


def _axis_words(trace: Trace, x: _Scale, height: int) -> list[Word]:
    """Return the numbers of the steps, as many as have room, and what they are."""
    every = max(1, int(np.ceil(_TICK_SPACE * trace.steps / (WIDTH - LEFT - RIGHT)))) if trace.steps else 1
    at = height - BOTTOM + 26
    numbers = [Word(x(t), at, str(t), 11, theme.MUTED, "middle") for t in range(every, trace.steps + 1, every)]
    return [Word(x(0), at, "step", 11, theme.MUTED, "middle"), *numbers]


def _title(trace: Trace) -> str:
    if not trace.steps:
        return "No step yet"
    first = int(distinct_ancestors(trace)[0])
    return f"{first:,} of {trace.particles:,} first steps {'lives' if first == 1 else 'live'} on"


def _under_title(trace: Trace) -> str:
    return f"{trace.problem} · {trace.generator}, {trace.reward}, {trace.method}, seed {trace.seed}"
