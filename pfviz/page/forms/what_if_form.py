"""The form of "What if?": the rule of the run, to be changed, and what is read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pfviz.diagnostics.rewards.reweighing import recorded_rule
from pfviz.errors import SettingError
from pfviz.inference.settings import SETTINGS
from pfviz.page.components.html import fill
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.trace import Trace

_UNKNOWN_CHOICES = {("aggregation", "model")}
"""What would need the model."""
_FIELD_ORDER = ("resampler", "tau", "seed", "potential", "aggregation", "trigger", "threshold")
MAX_NUMBER_CHARS = 40  # characters of a number


def read_rule(trace: Trace, typed: object, before: RuleForm | None) -> RuleForm:
    """Another rule, the run's own where nothing was typed; one that makes no sense leaves the rule before it."""
    if not isinstance(typed, Mapping) or not typed:
        return RuleForm(draw_form(trace))
    known = {name: str(value)[:MAX_NUMBER_CHARS] for name, value in typed.items() if name in _FIELD_ORDER}
    try:
        rule = replace(recorded_rule(trace), **known)  # type: ignore[arg-type]  # text, until it is checked
        return RuleForm(draw_form(trace), rule.validate())
    except SettingError as error:
        return replace(current_rule(trace, before), error=str(error))


def current_rule(trace: Trace, rule_form: RuleForm | None) -> RuleForm:
    """What was asked, if it was typed into the form that is shown now: of another run it is forgotten, as the page
    draws another form with that run's rule."""
    now = draw_form(trace)
    return rule_form if rule_form is not None and rule_form.form == now else RuleForm(now)


def draw_form(trace: Trace) -> str:
    """The rule of the run, to be changed. It depends on the run alone: drawn once, it keeps what is typed."""
    own = recorded_rule(trace)
    return fill(
        "reward/rule_form.html.j2",
        run=f"{trace.started} {trace.seed}",
        fields=[_field(name, getattr(own, name)) for name in _FIELD_ORDER],
        max_chars=MAX_NUMBER_CHARS,
    )


def _field(name: str, value: object) -> dict[str, Any]:
    """Return a field with its label and what it does: a number, or a list to choose from."""
    known = SETTINGS[name]
    # What the model made of whole texts is, of the rewards of the steps, the last.
    shown = f"{value:g}" if isinstance(value, float) else "last" if value == "model" else value
    choices = [(text, key) for key, text in known.choices.items() if (name, key) not in _UNKNOWN_CHOICES]
    return {"name": name, "label": known.label, "why": known.help, "value": shown, "choices": choices}
