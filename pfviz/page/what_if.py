"""The rule of "What if?": its form, what is read of it, and its outcome in numbers, as safe HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pfviz.diagnostics.counterfactual import UNKNOWN_FUTURES, Event, what_if
from pfviz.diagnostics.reweighing import Rule, recorded_rule
from pfviz.errors import SettingError
from pfviz.figures.mathtext import render
from pfviz.inference.answers import Answer
from pfviz.page.controls import AGGREGATION, POTENTIALS, SCHEMES
from pfviz.page.markup import escape, message
from pfviz.trace import Trace

_TRIGGERS = (("After every step", "always"), ("When ESS/N is low", "ess"))
_LISTS = {
    "resampler": ("Scheme", SCHEMES),
    "potential": ("Potential", POTENTIALS),
    "trigger": ("Resample", _TRIGGERS),
    "aggregation": ("Aggregate", tuple(choice for choice in AGGREGATION if choice[1] != "model")),
}
_NUMBERS = {
    "tau": ("Tau", "A small one trusts the reward more"),
    "threshold": ("Threshold", "Of ESS/N, where that decides"),
    "seed": ("Seed", "Of the draws; the weights do not depend on it"),
}
_ORDER = ("resampler", "tau", "seed", "potential", "aggregation", "trigger", "threshold")
LONGEST = 40  # characters of a number


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed into a form: the rule, None for that of the run; what is wrong with it."""

    form: str
    rule: Rule | None = None
    trouble: str = ""


def ask(trace: Trace, typed: object, before: Asked | None) -> Asked:
    """Another rule, the run's own where nothing was typed; one that makes no sense leaves the rule before it."""
    if not isinstance(typed, Mapping) or not typed:
        return Asked(form(trace))
    known = {name: str(value)[:LONGEST] for name, value in typed.items() if name in _ORDER}
    try:
        rule = replace(recorded_rule(trace), **known)  # type: ignore[arg-type]  # text, until it is checked
        return Asked(form(trace), rule.checked())
    except SettingError as error:
        return replace(valid(trace, before), trouble=str(error))


def valid(trace: Trace, asked: Asked | None) -> Asked:
    """What was asked, if it was typed into the form that is shown now: of another run it is forgotten, as the page
    draws another form with that run's rule."""
    now = form(trace)
    return asked if asked is not None and asked.form == now else Asked(now)


def form(trace: Trace) -> str:
    """The rule of the run, to be changed. It depends on the run alone: drawn once, it keeps what is typed."""
    own = recorded_rule(trace)
    fields = "".join(_field(name, getattr(own, name)) for name in _ORDER)
    run = escape(f"{trace.started} {trace.seed}")
    back = '<button type="reset">As in the run</button>'
    return f'<form class="rule" data-run="{run}" aria-label="Another rule">{fields}{back}</form>'


def _field(name: str, value: object) -> str:
    if name in _NUMBERS:
        label, why = _NUMBERS[name]
        shown = f"{value:g}" if isinstance(value, float) else value
        field = f'<input name="{name}" value="{shown}" inputmode="decimal" autocomplete="off" maxlength="{LONGEST}">'
        return f'<label title="{why}"><span>{label}</span>{field}</label>'
    label, choices = _LISTS[name]
    # What the model made of whole texts is, of the rewards of the steps, the last.
    chosen = "last" if value == "model" else value
    options = "".join(
        f'<option value="{key}"{" selected" if key == chosen else ""}>{escape(text)}</option>' for text, key in choices
    )
    return f'<label><span>{label}</span><select name="{name}">{options}</select></label>'


def outcome(trace: Trace, asked: Asked) -> str:
    """Effective sample sizes and parents of each event, as they were and as they would have been, and the answer."""
    found = what_if(trace, asked.rule or recorded_rule(trace))
    rows = "".join(_row(event, trace.particles) for event in found.events)
    table = (
        '<table class="told"><thead><tr><th>Step</th><th title="Effective sample size, 1/ΣW² (Kong, Liu & Wong 1994): '
        'in the run → under the rule">ESS</th><th title="Particles with children: in the run → under the rule">Parents'
        f"</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    same = _form(found.answer) == _form(found.recorded)
    said = ", as the run did." if same else f", where the run answered {_said(found.recorded)}."
    return (
        f'{message(asked.trouble)}<p class="lead">These weights answer {_said(found.answer)}{said}</p>{table}'
        f'<p class="small">{UNKNOWN_FUTURES}</p>'
    )


def _row(event: Event, particles: int) -> str:
    was, would = event.recorded, event.instead
    parents = f"{was.parents} → <b>{would.parents}</b>"
    if not would.fired:
        parents = f"{was.parents} → <b>{would.parents}</b> <small>not resampled</small>"
    return f"<tr><td>{event.step + 1}</td><td>{was.ess:.1f} → <b>{would.ess:.1f}</b></td><td>{parents}</td></tr>"


def _form(answer: Answer | None) -> str | None:
    return None if answer is None else answer.canonical


def _said(answer: Answer | None) -> str:
    if answer is None:
        return "nothing"
    text = answer.display if len(answer.display) <= 40 else answer.display[:40] + "…"
    return f"<b>{render(text)}</b>{verdict(answer.correct)}"


def verdict(right: bool | None) -> str:
    """✓ or ✗ beside an answer, nothing where the truth is not known."""
    return {
        None: "",
        True: ' <span class="verdict right" title="right">✓</span>',
        False: ' <span class="verdict wrong" title="wrong">✗</span>',
    }[right]
