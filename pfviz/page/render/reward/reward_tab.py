"""The tab that checks the reward: its questions, and for each a picture, a table or both. Pure.

No model is called here: what models answered when a visitor asked them (`asking.py`) is shown like the rest.
"""

from __future__ import annotations

from typing import Any

from pfviz.figures.registry import question_figures
from pfviz.page.components.html import fill
from pfviz.page.forms import what_if_form
from pfviz.page.render.reward import misjudged, probe_forms, probe_results, token_rewards, verdicts, what_if
from pfviz.page.render.run import mark_answer
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.trace import Trace

_PICTURES = question_figures()
QUESTIONS = {
    "deaths": "Who killed the right answer?",
    "mistakes": "Where is it wrong?",
    **{name: _PICTURES[name].title for name in ("inside", "residuals", "profile", "what_if")},
    "winners": "Who wins?",
}
MODEL_QUESTIONS = {
    **{name: _PICTURES[name].title for name in ("worth", "other")},
    "words": "Which words?",
    "edit": "Edit",
}
"""Questions that ask models again, at a click."""
QUESTIONS |= {name: figure.title for name, figure in _PICTURES.items() if name not in QUESTIONS | MODEL_QUESTIONS}
NEEDS_TRUTH = ("deaths", "mistakes", "inside", "what_if", "winners", "worth")
"""Questions whose answers, or marks, depend on which answer is right."""
_QUESTION_LAYOUTS = dict.fromkeys(_PICTURES, "picture") | {
    "inside": "beside",
    "what_if": "both",
    "worth": "both",
    "other": "both",
    "words": "told",
    "edit": "told",
}


def draw_figures(
    trace: Trace, question: str, rule_form: RuleForm | None, probe_state: ProbeState, looks: dict[str, Any]
) -> dict[str, Any]:
    """The figure of the open question, if it has one; `looks` are arguments of every figure."""
    picture, answers = _PICTURES.get(question), probe_state.for_sweep(len(trace.earlier))
    subject = answers.rescored if picture is not None and picture.of == "rescored run" else trace
    if picture is None or subject is None:
        return {}
    if question == "what_if":
        looks = looks | {"rule": what_if_form.current_rule(trace, rule_form).rule}
    return {"check": picture.draw(subject, values=answers.prefix_values, **looks)}


def render_parts(
    trace: Trace,
    question: str,
    rule_form: RuleForm | None,
    probe_state: ProbeState,
    selected: int | None,
    marked: bool | None = False,
) -> dict[str, str]:
    """The other parts of the tab; the picture is taken away where the question has none. `marked` as in `marking`."""
    told = {
        "deaths": lambda: verdicts.render_deaths(trace, selected),
        "mistakes": lambda: misjudged.mistakes(trace, selected),
        "inside": lambda: token_rewards.render_token_rewards(trace, selected),
        "winners": lambda: verdicts.render_winners(trace, selected),
        "what_if": lambda: what_if.render_outcome(trace, what_if_form.current_rule(trace, rule_form)),
    }
    by_models = question in MODEL_QUESTIONS
    say = told.get(question)
    own = (
        probe_results.render_results(trace, question, probe_state.for_sweep(len(trace.earlier)), selected)
        if by_models
        else ""
    )
    return {
        "questions": question_buttons(question),
        "rule": probe_forms.render_form(trace, question, selected, probe_state.menu)
        if by_models
        else what_if_form.draw_form(trace),
        "asking": probe_forms.status_line(probe_state) if by_models or probe_state.busy else "",
        "told": (mark_answer.mark_form(trace, marked) if question in NEEDS_TRUTH else "") + (say() if say else own),
        "check": "",
    }


def question_buttons(open_one: str) -> str:
    """A button for each question."""
    return fill(
        "reward/questions.html.j2",
        questions=QUESTIONS | MODEL_QUESTIONS,
        opened=open_one,
        layout=_QUESTION_LAYOUTS.get(open_one, "table"),
        asks_models=open_one in MODEL_QUESTIONS,
    )
