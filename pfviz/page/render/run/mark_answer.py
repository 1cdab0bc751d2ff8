"""The form in which the visitor says which answer is right, of a run whose truth nobody knows."""

from __future__ import annotations

from pfviz.diagnostics.truth import true_answer
from pfviz.page.components.html import fill
from pfviz.trace import Trace

MAX_ANSWERS = 8
MAX_ANSWER_CHARS = 200
"""Characters of an answer."""


def mark_form(trace: Trace, marked: bool | None) -> str:
    """The answers of the run to choose from, and a field for another one; or which was marked, with a way back. Nothing
    where the truth is known otherwise. `marked` is None while a run goes on."""
    if marked is None or (not marked and true_answer(trace) is not None):
        return ""
    rows = () if marked else trace.answers.rows[:MAX_ANSWERS]
    return fill(
        "reward/mark_answer.html.j2",
        marked=trace.truth or "" if marked else None,
        answers=[
            (place, row.canonical, row.display, row.count)
            for place, row in enumerate(rows)
            if len(row.canonical) <= MAX_ANSWER_CHARS
        ],
        max_chars=MAX_ANSWER_CHARS,
    )
