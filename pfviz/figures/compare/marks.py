"""What the figures of a comparison draw alike: each run's colour, dash and symbol, and its name."""

from __future__ import annotations

from typing import Any

from pfviz.comparison.comparison import Comparison
from pfviz.figures import theme
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.text import shorten

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
MAX_LABEL = 34
"""Characters of a run's name in a figure; the whole of it stands in the table."""


def run_colour(number: int) -> str:
    """Return the colour of a run by its place in the comparison."""
    return theme.RUN_COLOURS[number % len(theme.RUN_COLOURS)]


def short_label(comparison: Comparison, number: int, length: int = MAX_LABEL) -> str:
    """Return the name of a run, cut and escaped."""
    return theme.escape(shorten(comparison.labels[number], length))


def direct_label(comparison: Comparison, number: int, length: int = 20) -> str:
    """Return the name of a run for the end of its line: what sets it apart, where there is no room for all of it."""
    label = comparison.labels[number]
    _, _, apart = label.partition(", ")
    return theme.escape(shorten(apart if apart and len(label) > length else label, length))


def small_step_axis(horizon: int, ticks: int, **settings: Any) -> dict[str, Any]:
    """The step axis of a figure that is a third of the page wide: at most so many numbers."""
    every = max(1, -(-horizon // ticks))
    marks = [*range(every, horizon + 1, every)]
    return theme.step_axis(horizon, **settings) | {"tickvals": marks, "ticktext": [*map(str, marks)]}


def label_with_answer(comparison: Comparison, number: int) -> str:
    """Return the name of a run and its answer, escaped: "Best of 16: 41 ✗"."""
    run = comparison.summaries[number]
    answer = "no answer" if run.answer is None else theme.escape(shorten(run.answer, 14))
    return f"<b>{short_label(comparison, number)}: {answer}</b> {CORRECTNESS_MARKS[run.correct]}".rstrip()


def row_label(text: str, number: int, **place: Any) -> dict[str, Any]:
    """A name over the bar of a run, in its colour; `place` adds to where it stands."""
    return theme.note(
        text, y=number - 0.22, xref="x domain", x=0, xanchor="left", yanchor="bottom", align="left",
        font={"size": 12, "color": run_colour(number)}, **place,
    )  # fmt: skip


def row_axis(runs: int, **settings: Any) -> dict[str, Any]:
    """An axis with a row for each run, the first at the top; a bar gap of 0.6 leaves room for names over bars."""
    return theme.axis(range=[runs - 0.6, -0.75], showticklabels=False, fixedrange=True, **settings)
