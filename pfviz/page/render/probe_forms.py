"""The forms of the questions that models are asked, and the line that says how far the answer is. Safe HTML.

A form depends on the run and the selection alone: what was chosen in it stays as the page is redrawn.
"""

from __future__ import annotations

from collections.abc import Iterable

from pfviz.diagnostics import kinship
from pfviz.page.components.html import error_message, escape
from pfviz.page.forms import probe_form
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeState
from pfviz.trace import Trace


def render_form(trace: Trace, question: str, selected: int | None, menu: ModelMenu) -> str:
    """The form of a question that asks models; nothing for one that asks nobody."""
    made = {
        "worth": lambda: _value_fields(),
        "other": lambda: _rescore_fields(trace, menu),
        "words": lambda: _word_fields(trace, menu),
        "edit": lambda: _edit_fields(trace, selected),
    }.get(question)
    return f'<form class="rule asks" data-asks="{question}" aria-label="Ask the models">{made()}</form>' if made else ""


def _value_fields() -> str:
    return (
        _select("Rollouts", "rollouts", [(str(n), str(n)) for n in probe_form.ROLLOUT_CHOICES])
        + _button("value", "Value the selected prefix")
        + _select("Budget", "budget", [(f"{n} in all", str(n)) for n in probe_form.BUDGET_CHOICES])
        + _button("tree", "Value the whole tree")
    )


def _rescore_fields(trace: Trace, menu: ModelMenu) -> str:
    choices = [choice for choice in menu.rewards_for(trace.generator) if choice[1] != trace.reward]
    listed = _select("Reward", "reward", choices) if choices else ""
    return listed + _model_name_input(menu) + _button("rescore", "Score the tree with it")


def _word_fields(trace: Trace, menu: ModelMenu) -> str:
    choices = [choice for choice in menu.rewards_for(trace.generator) if choice[1] != trace.reward]
    own = [(f"{trace.reward} (the run’s)", "")]
    return (
        _select("Reward", "reward", own + choices) + _model_name_input(menu) + _button("words", "Leave out each word")
    )


def _edit_fields(trace: Trace, selected: int | None) -> str:
    uid = kinship.valid_uid(trace, selected)
    if uid is None:
        return f'<p class="small">{escape(probe_form.NO_SELECTION_MESSAGE)}</p>'
    t, n = trace.node(uid)
    return (
        f'<label class="text"><span>Text of step {t + 1}, particle {n}</span>'
        f'<textarea name="text" rows="4" maxlength="{probe_form.MAX_TEXT_CHARS}" spellcheck="false">\n'
        f"{escape(trace.texts[t][n])}</textarea></label>"
        + _button("retell", "Score the new path")
        + _button("grow", "Grow from here", "A new run from the new prefix takes the place of this one")
    )


def _model_name_input(menu: ModelMenu) -> str:
    """Where any model may be typed."""
    if not menu.any_model:
        return ""
    field = '<input name="typed" placeholder="owner/name or folder" autocomplete="off" maxlength="200">'
    return f'<label class="long"><span>or its name</span>{field}</label>'


def _select(label: str, name: str, choices: Iterable[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{escape(key)}">{escape(text)}</option>' for text, key in choices)
    return f'<label><span>{label}</span><select name="{name}">{options}</select></label>'


def _button(do: str, text: str, why: str = "") -> str:
    title = f' title="{escape(why)}"' if why else ""
    return f'<button type="submit" value="{do}" data-role="ask-{do}"{title}>{escape(text)}</button>'


def status_line(probe_state: ProbeState) -> str:
    """How far the answer is, with a button that stops it; what is wrong with the question."""
    if probe_state.is_error:
        return error_message(probe_state.status)
    if not probe_state.status:
        return ""
    stop = '<button type="button" data-ask="stop" data-role="ask-stop">Stop</button>' if probe_state.busy else ""
    kind = "busy" if probe_state.busy else "done"
    return (
        f'<div class="asked {kind}" role="status"><i class="dot"></i><span>{escape(probe_state.status)}</span>'
        f"{stop}</div>"
    )


def colour_switch(probe_state: ProbeState, measured: bool) -> str:
    """The switch of the genealogy's colours; nothing where there is nothing to switch."""
    if not measured:
        return ""
    buttons = "".join(
        f'<button type="button" data-colour="{name}" data-role="colour-{name}"'
        f"{' aria-current=true' if name == probe_state.colour else ''}>{text}</button>"
        for name, text in (("reward", "Reward"), ("gap", "Reward − value"))
    )
    return f'<nav class="colours" aria-label="Colour of the particles"><span>Colour</span>{buttons}</nav>'
