"""The forms of the questions that models are asked, and the line that says how far the answer is. HTML.

A form depends on the run and the selection alone: what was chosen in it stays as the page is redrawn.
"""

from __future__ import annotations

from typing import Any

from pfviz.diagnostics import kinship
from pfviz.page.components.html import error_message, fill
from pfviz.page.forms import probe_form
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeState
from pfviz.trace import Trace

_QUESTIONS = ("worth", "other", "words", "edit")


def render_form(trace: Trace, question: str, selected: int | None, menu: ModelMenu) -> str:
    """Return the form of a question that asks models; nothing for one that asks nobody."""
    if question not in _QUESTIONS:
        return ""
    return fill(
        "probes/form.html.j2",
        question=question,
        rollout_choices=probe_form.ROLLOUT_CHOICES,
        budget_choices=probe_form.BUDGET_CHOICES,
        own_reward=trace.reward,
        rewards=[choice for choice in menu.rewards_for(trace.generator) if choice[1] != trace.reward],
        any_model=menu.any_model,
        step=_selected_step(trace, selected),
        no_selection=probe_form.NO_SELECTION_MESSAGE,
        max_chars=probe_form.MAX_TEXT_CHARS,
    )


def _selected_step(trace: Trace, selected: int | None) -> dict[str, Any] | None:
    uid = kinship.valid_uid(trace, selected)
    if uid is None:
        return None
    t, n = trace.node(uid)
    return {"number": t + 1, "slot": n, "text": trace.texts[t][n]}


def status_line(probe_state: ProbeState) -> str:
    """Return how far the answer is, with a button that stops it; what is wrong with the question."""
    if probe_state.is_error:
        return error_message(probe_state.status)
    if not probe_state.status:
        return ""
    return fill("probes/status.html.j2", text=probe_state.status, is_busy=probe_state.busy)
