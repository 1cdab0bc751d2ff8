"""The form in which the visitor says which answer is right, of a run whose truth nobody knows."""

from __future__ import annotations

from pfviz.diagnostics.truth import true_answer
from pfviz.page.components.html import escape
from pfviz.report.mathtext import render
from pfviz.text import shorten
from pfviz.trace import Trace

MAX_ANSWERS = 8
MAX_ANSWER_CHARS = 200
"""Characters of an answer."""


def mark_form(trace: Trace, marked: bool | None) -> str:
    """The answers of the run to choose from, and a field for another one; or which was marked, with a way back. Nothing
    where the truth is known otherwise. `marked` is None while a run goes on."""
    if marked is None:
        return ""
    if marked:
        undo = '<button type="button" class="chip" data-mark="" data-role="mark-undo">Undo</button>'
        return f'<p class="marking">You marked <b>{render(_shorten(trace.truth or ""))}</b> as right. {undo}</p>'
    if true_answer(trace) is not None:
        return ""
    chips = "".join(
        f'<button type="button" class="chip" data-mark="{escape(row.canonical)}" data-role="mark-{place}">'
        f"{render(_shorten(row.display))} <small>×{row.count}</small></button>"
        for place, row in enumerate(trace.answers.rows[:MAX_ANSWERS])
        if len(row.canonical) <= MAX_ANSWER_CHARS
    )
    other = f'<input name="mark" placeholder="another" aria-label="Another answer" maxlength="{MAX_ANSWER_CHARS}">'
    return f'<form class="marking"><span>Which answer is right?</span>{chips}{other}</form>'


def _shorten(answer: str) -> str:
    return shorten(answer, 24)
