"""Who would have lived under another rule: at each recorded step, what another selection would have made of the
particles that were there.

No model is asked, so what is told ends with the event: the children that other parents would have had were never
written, and futures that were never generated stay unknown. Each step is asked by itself, with the population that the
run as it was had led to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pfviz.diagnostics.rewards.reweighing import ReweighedSweep, Rule, recorded_settings
from pfviz.diagnostics.truth import true_answer
from pfviz.inference.answers import Answer, Answers
from pfviz.inference.weights import ess
from pfviz.rng import derive_rng
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, IntArray

UNKNOWN_FUTURES_CAVEAT = "Futures that were never generated stay unknown: each step is asked by itself."


@dataclass(frozen=True, slots=True)
class SelectionOutcome:
    """One selection: whether it `resampled`, the ESS of the weights before it, `offspring` (N,) of each slot (all 1
    where nothing resampled) and how many `parents` have any."""

    resampled: bool
    ess: float
    offspring: IntArray
    parents: int


@dataclass(frozen=True, slots=True)
class Event:
    """The event after a step (from 0), as it was and as it would have been."""

    step: int
    recorded: SelectionOutcome
    alternative: SelectionOutcome


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """`events`: after every step at which the run went on; `answer`: what the last step's population answers under the
    rule, picked as the run picks, `recorded` what it did answer (one sweep's, where there are several); `caveat`: what
    this cannot tell, in words."""

    rule: Rule
    events: tuple[Event, ...]
    answer: Answer | None
    recorded: Answer | None
    caveat: str = UNKNOWN_FUTURES_CAVEAT


def replay_selections(trace: Trace, rule: Rule) -> Counterfactual:
    """Replay the selections of a sweep under another rule, on the recorded populations.

    Raises:
        SettingError: the rule makes no sense.
    """
    again = ReweighedSweep(trace, rule.validate())
    how, answer, events = recorded_settings(trace).pick, None, []
    for t, weighed in enumerate(again):
        if t == trace.steps - 1:
            scores = weighed.population.scores(again.rule.aggregation)
            answer = pick_answer(regroup_answers(trace, scores, weighed.log_weights), how, again.rule.seed)
            if not trace.resampled[t]:
                break  # nothing is selected after the last step
        made = again.select(weighed)
        events.append(
            Event(
                t,
                _selection_outcome(bool(trace.resampled[t]), float(trace.ess[t]), trace.ancestors[t]),
                _selection_outcome(made.resampled, ess(weighed.log_weights), made.ancestors),
            )
        )
    return Counterfactual(again.rule, tuple(events), answer, pick_answer(trace.answers, how, trace.seed))


def regroup_answers(trace: Trace, scores: FloatArray, log_weights: FloatArray) -> Answers:
    """The answers at the last step, with other scores (N,) and log-weights (N,), any scale."""
    given: list[str | None] = [None] * trace.particles
    for row in trace.answers.rows:
        for slot in row.members:
            given[slot] = row.display
    return Answers.from_particles(given, scores, log_weights, true_answer(trace))


def pick_answer(answers: Answers, how: str, seed: int) -> Answer | None:
    """One of them, as a run with these settings picks."""
    return answers.pick(how, derive_rng(seed, "answer"))


def _selection_outcome(resampled: bool, size: float, ancestors: IntArray) -> SelectionOutcome:
    counts = np.bincount(ancestors, minlength=len(ancestors))
    return SelectionOutcome(resampled, size, counts, int(np.sum(counts > 0)))
