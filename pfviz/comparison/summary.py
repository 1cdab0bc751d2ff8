"""What came of a run, in a few numbers, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.diagnostics import distinct_ancestors, ess_fraction
from pfviz.errors import PfvizError
from pfviz.inference.methods import METHODS, make_method
from pfviz.inference.settings import Settings
from pfviz.study.run_job import count_reward_tokens
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers; None where a number is not known. Of a method of several sweeps, answers, tokens and seconds
    are those of all of them, steps, ancestors and ESS those of the last one."""

    answer: str | None  # that the run gives
    correct: bool | None  # None where the truth is not known, or there is no answer
    mass: float | None  # the share of the weight behind that answer
    right_mass: float | None  # behind right answers; None where the truth is not known
    steps: int
    particles: int
    ancestors: int | None  # first steps that have a descendant in the last step
    lowest_ess: float | None  # ESS/N
    lowest_ess_step: int | None  # from 1
    tokens: int  # that the generator wrote
    scored_tokens: int | None  # of the steps that the reward was asked about, each step once
    seconds: float | None
    generations: int | None  # solutions that were written in all: the budget that methods are compared at


def summarise(trace: Trace) -> RunSummary:
    """Return the numbers of a run."""
    choice, ess = trace.choice, ess_fraction(trace)
    rows = trace.pooled.rows
    return RunSummary(
        answer=trace.answer,
        correct=None if choice is None else choice.correct,
        mass=None if choice is None else choice.mass,
        right_mass=None if trace.truth is None else sum((row.mass for row in rows if row.correct), 0.0),
        steps=trace.steps,
        particles=trace.particles,
        ancestors=int(distinct_ancestors(trace)[0]) if trace.steps else None,
        lowest_ess=float(ess.min()) if ess.size else None,
        lowest_ess_step=int(ess.argmin()) + 1 if ess.size else None,
        tokens=trace.written_tokens,
        scored_tokens=count_reward_tokens(trace, True) if trace.method in METHODS else None,
        seconds=float(trace.seconds[-1]) if trace.steps else None,
        generations=count_generations(trace),
    )


def count_generations(trace: Trace) -> int | None:
    """Return how many solutions the run's method writes in all under its settings; None for a method, or settings,
    that are not known here."""
    try:
        return make_method(trace.method, Settings.from_recorded(trace.settings, trace.seed)).generations
    except PfvizError:
        return None
