"""The visitor says which answer is right, of a run whose truth nobody knows: what is checked of a reward needs it."""

from __future__ import annotations

from dataclasses import replace

from pfviz.diagnostics.truth import true_answer
from pfviz.page.render.run.mark_answer import MAX_ANSWER_CHARS
from pfviz.page.state.visits import Visit


def mark(visit: Visit, answer: object) -> None:
    """Take an answer as the truth of the shown run, or, if it is empty, what was marked back. Not while a run goes on,
    and not against a truth that is known."""
    trace = visit.trace
    if trace is None or visit.run is not None or not isinstance(answer, str) or len(answer) > MAX_ANSWER_CHARS:
        return
    if visit.marked or true_answer(trace) is None:
        truth = answer.strip() or None
        visit.trace = replace(trace, truth=truth, earlier=tuple(replace(one, truth=truth) for one in trace.earlier))
        visit.marked = truth is not None
        visit.update_stored()
        visit.stop_question()
        for answers in visit.probe_state.sweeps.values():
            answers.prefix_values = ()  # what was right is not what is
