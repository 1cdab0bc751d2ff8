"""The bar over the pictures: trace, filter and colours → HTML."""

from __future__ import annotations

import numpy as np

from pfviz.diagnostics.node_filter import MAX_PATTERN_CHARS, NodeFilter, count_steps, filter_nodes
from pfviz.errors import SettingError
from pfviz.figures.run.tree.leaves import CORRECTNESS_MARKS
from pfviz.figures.run.tree.node_colours import COLOUR_TITLES, ColourBy
from pfviz.page.components.html import fill
from pfviz.page.forms.explore_form import STATE_TITLES, answer_choices
from pfviz.text import shorten
from pfviz.trace import Trace
from pfviz.types import BoolArray


def find_passing(trace: Trace, chosen: NodeFilter) -> tuple[BoolArray, str]:
    """Return the steps (T, N) that pass a filter; all of them, and what is wrong, where it makes no sense."""
    try:
        return filter_nodes(trace, chosen), ""
    except SettingError as error:
        return np.ones((trace.steps, trace.particles), dtype=np.bool_), str(error)


def explore_bar(
    trace: Trace, chosen: NodeFilter, passing: BoolArray, colour: ColourBy, *, measured: bool, error: str = ""
) -> str:
    """Return the bar: the choice of colours ("reward − value" only where values were `measured`), the filter as it is
    set, and how many steps pass it; `error` says what is wrong with it."""
    rows = zip(answer_choices(trace), trace.answers.rows, strict=False)
    answers = [
        (name, f"{CORRECTNESS_MARKS[row.correct]} {shorten(row.display, 24)}".strip()) for (name, _), row in rows
    ]
    shown = next((name for name, form in answer_choices(trace) if form == chosen.answer), chosen.state)
    return fill(
        "run/explore_bar.html.j2",
        colours=[(name, title) for name, title in COLOUR_TITLES.items() if measured or name != "gap"],
        colour=colour,
        states=list(STATE_TITLES.items()),
        answers=answers,
        shown=shown,
        chosen=chosen,
        is_set=not chosen.passes_all,
        count=count_steps(trace, passing),
        total=int(trace.written.sum()),
        max_chars=MAX_PATTERN_CHARS,
        error=error,
    )
