"""One job of a study, done: a run, and what each of its units is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from pfviz import api
from pfviz.diagnostics import distinct_ancestors
from pfviz.diagnostics.rewards.signal_pairs import SignalPairs, count_signal_pairs, pairs_from_numbers, pairs_to_numbers
from pfviz.errors import StudyError
from pfviz.inference.methods import METHODS, make_method
from pfviz.inference.methods.base import Population
from pfviz.inference.settings import PICKS, Settings
from pfviz.inference.weights import ess, log_sum_exp
from pfviz.rng import derive_rng
from pfviz.study.lineages import LostBy, follow_right_lineages
from pfviz.study.plan import Job, Unit, settings_for
from pfviz.trace.trace import Trace
from pfviz.types import Generator, RewardModel, reads_tokens

MEASURES = (
    "right_share", "right_mass", "top_right", "top_wrong", "tokens", "seconds", "steps", "log_evidence", "least_ess",
    "families",
)  # fmt: skip
"""What is measured of a run beside its answers; each is a field of `Outcome`."""

LATER_MEASURES = ("reward_tokens", "reference_steps", "right_steps", "lost_by", "right_shares", "pairs")
"""More of them, which outcomes from before they were measured lack."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one unit came to. `right` says for each way to pick the answer whether that answer is right.

    Of a method of several sweeps the answers are those of all sweeps that count, tokens, seconds and `least_ess` are of
    all sweeps, and steps, evidence and families of the last one.
    """

    unit: Unit
    right: Mapping[str, bool]  # by name of the pick; "usual" is the method's own
    right_share: float  # of the particles whose answer is right
    right_mass: float  # share of the weight behind right answers
    top_right: float | None  # best reward of a right answer; None where there is none
    top_wrong: float | None
    tokens: int
    seconds: float
    steps: int
    log_evidence: float | None  # summed over the steps, nats; None where it is infinite
    least_ess: float  # the lowest ESS/N of any step
    families: int  # particles of the first step that have a descendant in the last, N being those of a sweep
    reward_tokens: int | None = None  # see `count_reward_tokens`; None where it was not measured, and so below
    reference_steps: int | None = None  # of the problem; None where its source gives no solution
    right_steps: int | None = None  # these three: see `Lineages`
    lost_by: LostBy = ""
    right_shares: tuple[float, ...] = ()
    pairs: Mapping[str, SignalPairs] = field(default_factory=dict)  # by name of the signal: see `count_signal_pairs`

    @property
    def present(self) -> bool:
        """Whether any particle's answer is right."""
        return self.right_share > 0

    def row(self) -> dict[str, Any]:
        """Flat and JSON-able."""
        unit = self.unit
        place = {"method": unit.method, "budget": unit.budget, "problem": unit.problem, "seed": unit.seed}
        measured = {name: getattr(self, name) for name in (*MEASURES, *LATER_MEASURES)}
        return place | {"right": dict(self.right)} | measured | {"pairs": pairs_to_numbers(self.pairs)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Outcome:
        """The outcome of a row; raises KeyError or TypeError for one that is none."""
        unit = Unit(str(row["method"]), int(row["budget"]), int(row["problem"]), int(row["seed"]))
        right = {pick: bool(row["right"][pick]) for pick in PICKS}
        later = {name: row[name] for name in LATER_MEASURES if name in row}
        if "right_shares" in later:
            later["right_shares"] = tuple(map(float, later["right_shares"]))
        if "pairs" in later:
            later["pairs"] = pairs_from_numbers(later["pairs"])
        return cls(unit, right, **{name: row[name] for name in MEASURES}, **later)


def run_job(job: Job, common: Settings, generator: Generator, reward: RewardModel) -> list[Outcome]:
    """Run the job's first unit, and read the run as each of its units would."""
    first = job.units[0]
    spent = partial(_unit_settings, common=common)
    prepared = api.prepare(
        job.problem, generator=generator, reward=reward, method=first.method, seed=first.run_seed,
        **spent(first).as_dict(),
    )  # fmt: skip
    trace = api.record(prepared)
    lineages = follow_right_lineages(trace)
    pairs = count_signal_pairs(trace)
    found = []
    for unit in job.units:
        own = trace if unit is first else reweigh(trace, unit.method, spent(unit))
        found.append(
            replace(
                outcome(unit, own),
                reward_tokens=count_reward_tokens(own, reads_tokens(reward)),
                reference_steps=job.problem.reference_steps,
                right_steps=lineages.right_steps,
                lost_by=lineages.lost_by,
                right_shares=lineages.right_shares,
                pairs=pairs,
            )
        )
    return found


def count_reward_tokens(trace: Trace, reads_tokens: bool) -> int:
    """Return the tokens that a reward model has to read for this run, counted as the generator's: those of every step
    that was written, once each, as a model that keeps what it has read reads none again. The problem counts for neither
    model. 0 for a reward without a pass of its own, and for a method that asks no reward."""
    method = METHODS[trace.method]
    asks = not method.deterministic and method.usual_pick != "majority"
    return trace.written_tokens if reads_tokens and asks else 0


def _unit_settings(unit: Unit, common: Settings) -> Settings:
    chosen = settings_for(unit.method, unit.budget, common)
    if chosen is None:
        raise StudyError(f"The method {unit.method} cannot spend {unit.budget} generations.")
    return replace(chosen, seed=unit.run_seed)


def reweigh(trace: Trace, method: str, settings: Settings) -> Trace:
    """The run that `method` would have made with the same seed, if neither it nor the one that made the trace selects
    anybody: the same solutions, weighed by `method`."""
    policy = make_method(method, settings)
    history = np.where(trace.written, trace.rewards, np.nan)
    columns: dict[str, list[Any]] = {"log_weights": [], "ess": [], "log_evidence": [], "temperatures": []}
    for t in range(trace.steps):
        population = Population(
            t, settings.max_steps, history[: t + 1], trace.finished[t].copy(), trace.log_carried[t].copy()
        )
        weighing = policy.weigh(population)
        columns["log_weights"].append(weighing.log_weights)
        columns["ess"].append(ess(weighing.log_weights))
        columns["log_evidence"].append(log_sum_exp(weighing.log_weights))
        columns["temperatures"].append(weighing.temperature)
    anew: dict[str, Any] = {name: np.array(column) for name, column in columns.items()}
    return replace(trace, method=method, settings=policy.settings.as_dict(), **anew)


def outcome(unit: Unit, trace: Trace) -> Outcome:
    """What a finished run is worth."""
    answers = trace.pooled
    picked = {pick: answers.pick(pick, derive_rng(trace.seed, "answer")) for pick in PICKS if pick != "usual"}
    picked["usual"] = trace.choice
    right = [row for row in answers.rows if row.correct]
    wrong = [row for row in answers.rows if not row.correct]
    evidence = float(trace.log_evidence.sum())
    return Outcome(
        unit=unit,
        right={pick: row is not None and bool(row.correct) for pick, row in picked.items()},
        right_share=sum(row.count for row in right)
        / (sum(row.count for row in answers.rows) + len(answers.unanswered)),
        right_mass=round(float(sum(row.mass for row in right)), 6),
        top_right=max((round(row.best_reward, 6) for row in right), default=None),
        top_wrong=max((round(row.best_reward, 6) for row in wrong), default=None),
        tokens=trace.written_tokens,
        seconds=round(float(trace.seconds[-1]), 4),
        steps=trace.steps,
        log_evidence=round(evidence, 6) if math.isfinite(evidence) else None,
        least_ess=round(min(float(sweep.ess.min()) for sweep in trace.sweeps) / trace.particles, 6),
        families=int(distinct_ancestors(trace)[0]),
    )
