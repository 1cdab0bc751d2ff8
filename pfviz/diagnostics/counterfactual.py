"""Who would have lived under another rule: at each recorded step, what another selection would have made of the
particles that were there.

No model is asked, so what is told ends with the event: the children that other parents would have had were never
written, and futures that were never generated stay unknown. Each step is asked by itself, with the population that the
run as it was had led to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pfviz.diagnostics.reweighing import Reweighed, Rule, settings_of
from pfviz.diagnostics.truth import true_answer
from pfviz.inference.answers import Answer, Answers
from pfviz.inference.weights import ess
from pfviz.streams import stream
from pfviz.trace.columns import Trace

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

UNKNOWN_FUTURES = "Futures that were never generated stay unknown: each step is asked by itself."


@dataclass(frozen=True, slots=True)
class Drawn:
    """One selection: whether it `fired`, the ESS of the weights before it, `offspring` (N,) of each slot (all 1 where
    nothing fired) and how many `parents` have any."""

    fired: bool
    ess: float
    offspring: IntArray
    parents: int


@dataclass(frozen=True, slots=True)
class Event:
    """The event after a step (from 0), as it was and as it would have been."""

    step: int
    recorded: Drawn
    instead: Drawn


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`events`: after every step at which the run went on; `answer`: what the last step's population answers under the
    rule, picked as the run picks, `recorded` what it did answer (one sweep's, where there are several); `unknown`: what
    this cannot tell, in words."""

    rule: Rule
    events: tuple[Event, ...]
    answer: Answer | None
    recorded: Answer | None
    unknown: str = UNKNOWN_FUTURES


def what_if(trace: Trace, rule: Rule) -> WhatIf:
    """Replay the selections of a sweep under another rule, on the recorded populations.

    Raises:
        SettingError: the rule makes no sense.
    """
    again = Reweighed(trace, rule.checked())
    how, answer, events = settings_of(trace).pick, None, []
    for t, weighed in enumerate(again):
        if t == trace.steps - 1:
            scores = weighed.population.scores(again.rule.aggregation)
            answer = pick(regrouped(trace, scores, weighed.log_weights), how, again.rule.seed)
            if not trace.resampled[t]:
                break  # nothing is selected after the last step
        made = again.select(weighed)
        events.append(
            Event(
                t,
                _drawn(bool(trace.resampled[t]), float(trace.ess[t]), trace.ancestors[t]),
                _drawn(made.resampled, ess(weighed.log_weights), made.ancestors),
            )
        )
    return WhatIf(again.rule, tuple(events), answer, pick(trace.answers, how, trace.seed))


def regrouped(trace: Trace, scores: FloatArray, log_weights: FloatArray) -> Answers:
    """The answers at the last step, with other scores (N,) and log-weights (N,), any scale."""
    given: list[str | None] = [None] * trace.particles
    for row in trace.answers.rows:
        for slot in row.members:
            given[slot] = row.display
    return Answers.grouped(given, scores, log_weights, true_answer(trace))


def pick(answers: Answers, how: str, seed: int) -> Answer | None:
    """One of them, as a run with these settings picks."""
    return answers.pick(how, stream(seed, "answer"))


def _drawn(fired: bool, size: float, ancestors: IntArray) -> Drawn:
    counts = np.bincount(ancestors, minlength=len(ancestors))
    return Drawn(fired, size, counts, int(np.sum(counts > 0)))
