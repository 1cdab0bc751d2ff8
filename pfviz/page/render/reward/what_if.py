"""The outcome of "What if?" in numbers, as HTML."""

from __future__ import annotations

from pfviz.diagnostics.rewards.counterfactual import UNKNOWN_FUTURES_CAVEAT, replay_selections
from pfviz.diagnostics.rewards.reweighing import recorded_rule
from pfviz.inference.answers import Answer
from pfviz.page.components.html import fill
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.trace import Trace


def render_outcome(trace: Trace, rule_form: RuleForm) -> str:
    """Return effective sample sizes and parents of each event, as they were and as they would have been, and the
    answer."""
    found = replay_selections(trace, rule_form.rule or recorded_rule(trace))
    return fill(
        "reward/what_if.html.j2",
        error=rule_form.error,
        answer=_shown_answer(found.answer),
        recorded=_shown_answer(found.recorded),
        is_same=_canonical_text(found.answer) == _canonical_text(found.recorded),
        events=[
            {
                "step": event.step + 1,
                "ess": (f"{event.recorded.ess:.1f}", f"{event.alternative.ess:.1f}"),
                "parents": (event.recorded.parents, event.alternative.parents),
                "resampled": event.alternative.resampled,
            }
            for event in found.events
        ],
        caveat=UNKNOWN_FUTURES_CAVEAT,
    )


def _canonical_text(answer: Answer | None) -> str | None:
    return None if answer is None else answer.canonical


def _shown_answer(answer: Answer | None) -> tuple[str, bool | None] | None:
    """Return an answer as it is shown, and whether it is right."""
    if answer is None:
        return None
    return answer.display, answer.correct
