"""The tab that checks the reward: its questions, and for each a picture, a table or both. Pure; no model is called."""

from __future__ import annotations

from typing import Any

from pfviz.page import misjudged, verdicts, what_if
from pfviz.page.markup import escape
from pfviz.page.what_if import Asked
from pfviz.trace import Trace

QUESTIONS = {
    "deaths": "Who killed the right answer?",
    "mistakes": "Where is it wrong?",
    "residuals": "Rises without cause?",
    "profile": "Follows length?",
    "what_if": "What if?",
    "winners": "Who wins?",
}
_SHOWS = {"residuals": "picture", "profile": "picture", "what_if": "both"}


def pictures(trace: Trace, question: str, asked: Asked | None, looks: dict[str, Any]) -> dict[str, Any]:
    """The figure of the open question, if it has one; `looks` are arguments of every figure."""
    from pfviz import figures  # plotly's graph objects take a while to import

    if question == "what_if":
        return {"check": figures.counterfactual(trace, rule=what_if.valid(trace, asked).rule, **looks)}
    if question in ("residuals", "profile"):
        return {"check": getattr(figures, question)(trace, **looks)}
    return {}


def words(trace: Trace, question: str, asked: Asked | None, selected: int | None) -> dict[str, str]:
    """The other parts of the tab; the picture is taken away where the question has none."""
    told = {
        "deaths": lambda: verdicts.deaths(trace, selected),
        "mistakes": lambda: misjudged.mistakes(trace, selected),
        "winners": lambda: verdicts.winners(trace, selected),
        "what_if": lambda: what_if.outcome(trace, what_if.valid(trace, asked)),
    }
    say = told.get(question)
    return {"questions": questions(question), "rule": what_if.form(trace), "told": say() if say else "", "check": ""}


def questions(open_one: str) -> str:
    """A button for each question."""
    buttons = "".join(
        f'<button type="button" data-question="{name}" data-role="question-{name}"'
        f"{' aria-current=true' if name == open_one else ''}>{escape(text)}</button>"
        for name, text in QUESTIONS.items()
    )
    shows = _SHOWS.get(open_one, "table")
    return f'<nav class="questions" data-shows="{shows}" aria-label="Questions about the reward">{buttons}</nav>'
