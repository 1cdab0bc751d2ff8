"""Would selection have gone another way? The recorded populations, weighed by the repaired reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.diagnostics.rewards.reweighing import ReweighedSweep, recorded_rule
from pfviz.diagnostics.truth import RIGHT, WRONG, Judge, truth
from pfviz.inference.answers import Answers
from pfviz.inference.weights import normalise
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.models.rewards.calibration_map import CalibrationMap
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


@dataclass(frozen=True, slots=True)
class SelectionChange:
    """What a run's last sweep would have kept under the repaired reward.

    A lineage is killed where a resampling expects fewer than a third of a copy of it (`RescoredSweep`). Only the
    weights are computed again: what would have been written instead nobody knows.
    """

    run: int
    problem: str
    resamplings: int
    saved: int  # slots that the run's reward kills at a resampling and the repaired one does not
    saved_right: int  # of those, right prefixes
    saved_wrong: int
    killed: int  # the other way round
    killed_right: int
    killed_wrong: int
    answer: str | None  # of the weighted vote at the last step
    repaired_answer: str | None
    answer_right: bool | None
    repaired_right: bool | None

    @property
    def answer_changed(self) -> bool:
        """Whether the vote goes to another answer."""
        return self.answer != self.repaired_answer


def reweigh(trace: Trace, calibration: CalibrationMap) -> RescoredSweep:
    """Return the last sweep under the repaired reward: its weights after the recorded selections. No model is asked."""
    rewards = calibration.apply(trace.rewards)
    repaired = replace(trace, rewards=rewards)
    weights = [normalise(one.log_weights) for one in ReweighedSweep(repaired, recorded_rule(trace))]
    shape = (trace.steps, trace.particles)
    name = f"{trace.reward} + {calibration.method} calibration"
    return RescoredSweep(len(trace.earlier), trace, name, rewards, np.array(weights).reshape(shape), ())


def compare_selection(
    traces: Sequence[Trace], maps: Mapping[str, CalibrationMap], judge: Judge | None = None
) -> list[SelectionChange]:
    """Return a row for each run with a step, under the map of its problem, which should not be fitted on it."""
    return [
        _compare(number, trace, maps[trace.problem], judge)
        for number, trace in enumerate(traces)
        if trace.steps and trace.problem in maps
    ]


def _compare(number: int, trace: Trace, calibration: CalibrationMap, judge: Judge | None) -> SelectionChange:
    found = reweigh(trace, calibration)
    known = truth(trace, judge).prefixes
    before, after = (_vote(trace, weights) for weights in (trace.weights[-1], found.weights[-1]))
    saved, killed = found.saved_by_other, found.saved_by_run
    return SelectionChange(
        number,
        trace.problem,
        int(trace.resampled.sum()),
        int(saved.sum()),
        int((saved & (known == RIGHT)).sum()),
        int((saved & (known == WRONG)).sum()),
        int(killed.sum()),
        int((killed & (known == RIGHT)).sum()),
        int((killed & (known == WRONG)).sum()),
        before[0],
        after[0],
        before[1],
        after[1],
    )


def _vote(trace: Trace, weights: FloatArray) -> tuple[str | None, bool | None]:
    """The answer with the most weight, and whether it is right."""
    with np.errstate(divide="ignore"):
        answers = Answers.from_particles(trace.final_answers, trace.rewards[-1], np.log(weights), trace.truth)
    best = answers.by_weighted_vote
    return (None, None) if best is None else (best.display, best.correct)
