"""The visitor says which answer is right, of a run whose truth nobody knows: what is checked of a reward needs it."""

from __future__ import annotations

from dataclasses import replace

from pfviz.diagnostics.truth import true_answer
from pfviz.figures.mathtext import render
from pfviz.page.markup import escape
from pfviz.page.sessions import Visit
from pfviz.trace import Trace

MOST_ANSWERS = 8
LONGEST = 200
"""Characters of an answer."""


def line(trace: Trace, marked: bool | None) -> str:
    """The answers of the run to choose from, and a field for another one; or which was marked, with a way back. Nothing
    where the truth is known otherwise. `marked` is None while a run goes on."""
    if marked is None:
        return ""
    if marked:
        undo = '<button type="button" class="chip" data-mark="" data-role="mark-undo">Undo</button>'
        return f'<p class="marking">You marked <b>{render(_short(trace.truth or ""))}</b> as right. {undo}</p>'
    if true_answer(trace) is not None:
        return ""
    chips = "".join(
        f'<button type="button" class="chip" data-mark="{escape(row.canonical)}" data-role="mark-{place}">'
        f"{render(_short(row.display))} <small>×{row.count}</small></button>"
        for place, row in enumerate(trace.answers.rows[:MOST_ANSWERS])
        if len(row.canonical) <= LONGEST
    )
    other = f'<input name="mark" placeholder="another" aria-label="Another answer" maxlength="{LONGEST}">'
    return f'<form class="marking"><span>Which answer is right?</span>{chips}{other}</form>'


def mark(visit: Visit, answer: object) -> None:
    """Take an answer as the truth of the shown run, or, if it is empty, what was marked back. Not while a run goes on,
    and not against a truth that is known."""
    trace = visit.trace
    if trace is None or visit.run is not None or not isinstance(answer, str) or len(answer) > LONGEST:
        return
    if visit.marked or true_answer(trace) is None:
        truth = answer.strip() or None
        visit.trace = replace(trace, truth=truth, earlier=tuple(replace(one, truth=truth) for one in trace.earlier))
        visit.marked = truth is not None
        visit.stop_asking()
        for answers in visit.replies.sweeps.values():
            answers.worth = ()  # what was right is not what is


def _short(answer: str) -> str:
    return answer if len(answer) <= 24 else answer[:24] + "…"
