"""The tab that checks the reward: its questions, and for each a picture, a table or both. Pure.

No model is called here: what models answered when a visitor asked them (`asking.py`) is shown like the rest.
"""

from __future__ import annotations

from typing import Any

from pfviz.page import answers_told, asking_forms, inside, marking, misjudged, verdicts, what_if
from pfviz.page.answers import Replies
from pfviz.page.markup import escape
from pfviz.page.what_if import Asked
from pfviz.trace import Trace

QUESTIONS = {
    "deaths": "Who killed the right answer?",
    "mistakes": "Where is it wrong?",
    "inside": "Where in the text?",
    "residuals": "Rises without cause?",
    "profile": "Follows length?",
    "what_if": "What if?",
    "winners": "Who wins?",
}
ASKED = {
    "worth": "What is it worth?",
    "other": "Another reward?",
    "words": "Which words?",
    "edit": "Edit",
}
"""Questions that ask models again, at a click."""
NEEDS_TRUTH = ("deaths", "mistakes", "inside", "what_if", "winners", "worth")
"""Questions whose answers, or marks, depend on which answer is right."""
_SHOWS = {
    "residuals": "picture",
    "profile": "picture",
    "inside": "beside",
    "what_if": "both",
    "worth": "both",
    "other": "both",
    "words": "told",
    "edit": "told",
}


def pictures(
    trace: Trace, question: str, asked: Asked | None, replies: Replies, looks: dict[str, Any]
) -> dict[str, Any]:
    """The figure of the open question, if it has one; `looks` are arguments of every figure."""
    from pfviz import figures  # plotly's graph objects take a while to import

    answers = replies.of(len(trace.earlier))
    if question == "what_if":
        return {"check": figures.counterfactual(trace, rule=what_if.valid(trace, asked).rule, **looks)}
    if question in ("inside", "residuals", "profile"):
        return {"check": getattr(figures, question)(trace, **looks)}
    if question == "worth":
        return {"check": figures.worth(trace, answers.worth, **looks)}
    if question == "other" and answers.other is not None:
        return {"check": figures.slopes(answers.other, **looks)}
    return {}


def words(
    trace: Trace,
    question: str,
    asked: Asked | None,
    replies: Replies,
    selected: int | None,
    marked: bool | None = False,
) -> dict[str, str]:
    """The other parts of the tab; the picture is taken away where the question has none. `marked` as in `marking`."""
    told = {
        "deaths": lambda: verdicts.deaths(trace, selected),
        "mistakes": lambda: misjudged.mistakes(trace, selected),
        "inside": lambda: inside.told(trace, selected),
        "winners": lambda: verdicts.winners(trace, selected),
        "what_if": lambda: what_if.outcome(trace, what_if.valid(trace, asked)),
    }
    by_models = question in ASKED
    say = told.get(question)
    own = answers_told.told(trace, question, replies.of(len(trace.earlier)), selected) if by_models else ""
    return {
        "questions": questions(question),
        "rule": asking_forms.form(trace, question, selected, replies.offer) if by_models else what_if.form(trace),
        "asking": asking_forms.status(replies) if by_models or replies.going else "",
        "told": (marking.line(trace, marked) if question in NEEDS_TRUTH else "") + (say() if say else own),
        "check": "",
    }


def questions(open_one: str) -> str:
    """A button for each question."""
    buttons = "".join(
        f'<button type="button" data-question="{name}" data-role="question-{name}"'
        f"{' aria-current=true' if name == open_one else ''}>{escape(text)}</button>"
        for name, text in (QUESTIONS | ASKED).items()
    )
    shows = _SHOWS.get(open_one, "table")
    asked = " data-asked" if open_one in ASKED else ""
    return f'<nav class="questions" data-shows="{shows}"{asked} aria-label="Questions about the reward">{buttons}</nav>'
