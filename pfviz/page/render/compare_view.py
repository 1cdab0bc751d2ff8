"""The view "Compare": two to six runs side by side. A visit's comparison → the value of every part."""

from __future__ import annotations

from pfviz.comparison.comparison import MAX_RUNS, Comparison
from pfviz.comparison.rivals import RIVALS
from pfviz.comparison.table import difference_rows, outcome_rows
from pfviz.figures.compare.marks import run_colour
from pfviz.figures.registry import tab_figures
from pfviz.figures.theme import LIGHT_TO_DARK
from pfviz.inference.methods import METHODS
from pfviz.page.components.html import fill
from pfviz.page.components.plotly_pane import to_pane_value
from pfviz.page.render.part_values import PartValues
from pfviz.page.state.compare_state import CompareState

FIGURES = tuple(figure.part for figure in tab_figures("comparison"))
PARTS = ("compare_note", "compare_empty", "compare_cards", "compare_table", *FIGURES)
RIVALS_LABEL = f"Against {' and '.join(METHODS[name].title for name in RIVALS)} at the same budget"


def empty_view() -> str:
    """Return what the view is for, and how to begin."""
    return fill("compare/empty.html.j2", most=MAX_RUNS, rivals=RIVALS_LABEL)


def render_parts(state: CompareState) -> PartValues:
    """Everything that depends on the runs that are compared."""
    with state.lock:
        found, messages = state.comparison, state.messages
    values: PartValues = {"compare_any": found is not None, "compare_note": _note(found, messages)}
    if found is None:
        return dict.fromkeys(PARTS, "") | values | {"compare_empty": empty_view()}
    return (
        values
        | {"compare_empty": "", "compare_cards": cards(found), "compare_table": table(found)}
        | draw_figures(found)
    )


def draw_figures(found: Comparison) -> PartValues:
    """Return the value of each of `FIGURES`."""
    return {
        figure.part: to_pane_value(
            figure.draw(found, title=False), run=f"compare {' | '.join(found.labels)}", steps=0, selected=None
        )
        for figure in tab_figures("comparison")
    }


def cards(found: Comparison) -> str:
    """Return a line for each run: its colour, its name, its answer, and how to open and remove it."""
    runs = [
        {"label": label, "answer": run.answer, "correct": run.correct, **_colours(number)}
        for number, (label, run) in enumerate(zip(found.labels, found.summaries, strict=True))
    ]
    return fill("compare/cards.html.j2", runs=runs)


def table(found: Comparison) -> str:
    """Return what differs and what came of the runs, a column for each."""
    heads = [{"label": label, **_colours(number)} for number, label in enumerate(found.labels)]
    return fill("compare/table.html.j2", heads=heads, differences=difference_rows(found), outcomes=outcome_rows(found))


def _colours(number: int) -> dict[str, str]:
    light = run_colour(number)
    return {"light": light, "dark": LIGHT_TO_DARK[light]}


def _note(found: Comparison | None, messages: tuple[str, ...]) -> str:
    """Return the problem, and what else has to be said; empty where that is nothing."""
    problems = () if found is None else tuple(dict.fromkeys(trace.problem for trace in found.traces))
    if not problems and not messages:
        return ""
    alone = found is not None and len(found.traces) == 1
    return fill("compare/note.html.j2", problems=problems, messages=messages, is_alone=alone)


def progress(now: str, done: int, total: int) -> str:
    """Return the line while rivals are made: what is done now, and how many of them are over."""
    return fill("compare/progress.html.j2", kind="busy", lead=now, share=done / max(total, 1))


def done_progress(text: str) -> str:
    """Return the line when rivals are made no more."""
    return fill("compare/progress.html.j2", kind="done", lead=text, share=None)


def failed_progress(text: str) -> str:
    """Return the line of what cannot go on."""
    return fill("compare/progress.html.j2", kind="failed", lead=text, share=None)
