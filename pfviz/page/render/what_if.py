"""The outcome of "What if?" in numbers, as safe HTML."""

from __future__ import annotations

from pfviz.diagnostics.counterfactual import UNKNOWN_FUTURES_CAVEAT, Event, replay_selections
from pfviz.diagnostics.reweighing import recorded_rule
from pfviz.inference.answers import Answer
from pfviz.page.components.html import error_message
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.report.mathtext import render
from pfviz.text import shorten
from pfviz.trace import Trace


def render_outcome(trace: Trace, rule_form: RuleForm) -> str:
    """Effective sample sizes and parents of each event, as they were and as they would have been, and the answer."""
    found = replay_selections(trace, rule_form.rule or recorded_rule(trace))
    rows = "".join(_row(event, trace.particles) for event in found.events)
    table = (
        '<table class="told"><thead><tr><th>Step</th><th title="Effective sample size, 1/ΣW² (Kong, Liu & Wong 1994): '
        'in the run → under the rule">ESS</th><th title="Particles with children: in the run → under the rule">Parents'
        f"</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    same = _canonical_text(found.answer) == _canonical_text(found.recorded)
    said = ", as the run did." if same else f", where the run answered {_answer_text(found.recorded)}."
    return (
        f'{error_message(rule_form.error)}<p class="lead">These weights answer '
        f"{_answer_text(found.answer)}{said}</p>{table}"
        f'<p class="small">{UNKNOWN_FUTURES_CAVEAT}</p>'
    )


def _row(event: Event, particles: int) -> str:
    was, would = event.recorded, event.alternative
    parents = f"{was.parents} → <b>{would.parents}</b>"
    if not would.resampled:
        parents = f"{was.parents} → <b>{would.parents}</b> <small>not resampled</small>"
    return f"<tr><td>{event.step + 1}</td><td>{was.ess:.1f} → <b>{would.ess:.1f}</b></td><td>{parents}</td></tr>"


def _canonical_text(answer: Answer | None) -> str | None:
    return None if answer is None else answer.canonical


def _answer_text(answer: Answer | None) -> str:
    if answer is None:
        return "nothing"
    return f"<b>{render(shorten(answer.display, 40))}</b>{verdict_mark(answer.correct)}"


def verdict_mark(right: bool | None) -> str:
    """✓ or ✗ beside an answer, nothing where the truth is not known."""
    return {
        None: "",
        True: ' <span class="verdict right" title="right">✓</span>',
        False: ' <span class="verdict wrong" title="wrong">✗</span>',
    }[right]
