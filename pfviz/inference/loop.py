"""The one loop: extend, score, weigh, select, and an event for each. Every method runs on it."""

from __future__ import annotations

import math
import time
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pfviz.errors import ModelError
from pfviz.inference.events import (
    Event,
    NoteAdded,
    ParticlesSelected,
    ParticlesWeighed,
    StepsExtended,
    StepsScored,
    SweepEnded,
    SweepStarted,
    SweepStatus,
    TokensDrafted,
)
from pfviz.inference.methods.base import Method, Population, Selection
from pfviz.inference.replay import NO_PAST, PastSweep, ReplaySession, Trajectory
from pfviz.inference.weights import ess, log_sum_exp
from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng, sweep_seed
from pfviz.types import (
    NO_TOKEN_REWARDS,
    FloatArray,
    Generator,
    GeneratorSession,
    RewardModel,
    RewardSession,
    Step,
    draft_texts,
    read_layer,
    read_token_signal,
    reads_entropies,
    reads_log_probs,
    token_rewards,
)

REWARD_TOLERANCE = 1e-3
"""A reward of a given step that differs by more from the recorded one is noted."""

SECONDS_BETWEEN_TEXTS = 0.5
"""Decoding what is being written costs a thousandth of that."""


@dataclass(slots=True)
class RunContext:
    """What the sweeps of one run share."""

    problem: Problem
    generator: Generator
    reward: RewardModel
    seed: int
    stop: Callable[[], bool]
    started_at: float = field(default_factory=time.perf_counter)

    def seconds(self, recorded: float | None = None) -> float:
        """Wall time since the run began. A time on record is taken over, and the clock goes on from it."""
        now = time.perf_counter()
        if recorded is not None:
            self.started_at = now - recorded
            return recorded
        return now - self.started_at


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """How a sweep went: its length, and the trajectory that it keeps for the next iteration (None: no such thing)."""

    steps: int
    status: SweepStatus
    retained: Trajectory | None


class Sweep:
    """One pass of the loop over the steps; `run` is the loop, and everything else a stage of it."""

    def __init__(
        self,
        context: RunContext,
        method: Method,
        iteration: int = 0,
        chain: int = 0,
        pinned: Trajectory | None = None,
        horizon: int | None = None,
        past: PastSweep = NO_PAST,
    ) -> None:
        settings, n = method.settings, method.settings.particles
        self.context, self.method, self.past, self.pinned, self.horizon = context, method, past, pinned, horizon
        self.started = SweepStarted(iteration, chain, pinned is not None)
        self.seed = sweep_seed(context.seed, iteration, chain)
        self.max_steps = settings.max_steps if horizon is None else horizon
        self.finished = np.zeros(n, dtype=np.bool_)
        self.failed = self.finished.copy()  # by a step that could not be written
        self.rewards = np.full(n, np.nan)
        self.history = np.empty((0, n))
        self.log_carried = np.full(n, -np.log(n))
        self.lineages: list[tuple[Step, ...]] = [()] * n
        self.told_at = time.perf_counter()  # what is being written
        self.notes_passed_on = [0, 0]  # notes of each session
        replay = ReplaySession(past)
        self.generator_session: GeneratorSession = replay
        self.reward_session: RewardSession = replay
        if not past.complete:
            sampling = replace(
                settings.sampling,
                entropies=reads_entropies(context.reward),
                token_signal=read_token_signal(context.reward),
                hidden_layer=read_layer(context.reward),
                log_probs=reads_log_probs(context.reward),
            )
            self.generator_session = context.generator.open(
                context.problem, particles=n, seed=self.seed, sampling=sampling
            )
            self.reward_session = context.reward.open(
                context.problem, particles=n, whole=settings.aggregation == "model"
            )

    def run(self) -> abc.Generator[Event, None, SweepOutcome | None]:
        """The events of the sweep; returns None if it was stopped, after its last complete step."""
        yield self.started
        for step in range(self.max_steps):
            if self.context.stop():
                return None
            steps = yield from self._extend(step)
            if steps is None:
                return None
            yield from self._score(step, steps)
            population, log_weights = yield from self._weigh(step, steps)
            last = bool(self.finished.all()) or step + 1 == self.max_steps
            yield self._select(step, population, log_weights, last)
            if last:
                break
        status: SweepStatus = "finished" if self.finished.all() else "step limit"
        slot = self.method.keep(derive_rng(self.seed, "kept"), log_weights)
        yield SweepEnded(status, slot)
        return SweepOutcome(step + 1, status, None if slot is None else self._trajectory(slot))

    def _extend(self, step: int) -> abc.Generator[Event, None, Mapping[int, Step] | None]:
        """One step of the active slots, told token by token; None if it was stopped in between."""
        active = [int(slot) for slot in np.flatnonzero(~self.finished)]
        drafting = self.generator_session.extend(active, step, self._known_steps(active, step))
        steps = None
        try:
            for item in drafting:
                if not isinstance(item, int):
                    steps = item
                    break
                yield TokensDrafted(step, item, len(active), self._draft_texts())
                if self.context.stop():
                    return None
        finally:
            # On every way out: a session keeps no step that was only begun.
            if isinstance(drafting, abc.Generator):
                drafting.close()
        if steps is None:
            raise ModelError("The generator's session ended a step without giving its steps.")
        yield StepsExtended(step, steps)
        yield from self._session_notes(step)
        return steps

    def _draft_texts(self) -> Mapping[int, str]:
        """What is being written, where it was not told for a while."""
        now = time.perf_counter()
        if now - self.told_at < SECONDS_BETWEEN_TEXTS:
            return {}
        self.told_at = now
        return draft_texts(self.generator_session)

    def _known_steps(self, active: list[int], step: int) -> Mapping[int, Step]:
        """The steps that are known before they are written: those of the past, else that of the pinned trajectory."""
        if step < len(self.past.steps):
            recorded = self.past.steps[step]
            if recorded.keys() != set(active):
                raise ModelError(f"Step {step + 1} of the past has the slots {sorted(recorded)}, not {active}.")
            return recorded
        if self.pinned is not None and step < len(self.pinned.steps):
            return {0: self.pinned.steps[step]}
        return {}

    def _score(self, step: int, steps: Mapping[int, Step]) -> Iterator[Event]:
        """The rewards (N,) with the new scores in their slots; what was recorded stays as it was."""
        written = {slot: made for slot, made in steps.items() if made.end != "failed"}
        scores = dict(self.reward_session.score(written)) if written else {}
        if scores.keys() != written.keys():
            raise ModelError(
                f"The reward model {self.context.reward.name} scored slots {sorted(scores)} and was given "
                f"{sorted(written)}."
            )
        scores |= dict.fromkeys(steps.keys() - written.keys(), 0.0)
        self.rewards = self.rewards.copy()
        for slot, value in scores.items():
            self.rewards[slot] = value
            self.finished[slot] = steps[slot].finished
            self.failed[slot] = slot not in written
            self.lineages[slot] = (*self.lineages[slot], steps[slot])
        lost = tuple(slot for slot in sorted(scores) if not math.isfinite(scores[slot]))
        self.rewards[list(lost)] = 0.0
        self._check_range(scores, lost)
        recorded = step < len(self.past.tokens)
        told = (
            self.past.tokens[step] if recorded else token_rewards(self.reward_session) if written else NO_TOKEN_REWARDS
        )
        drifted = self._restore_rewards(step)
        yield StepsScored(
            step, self.rewards.copy(), {slot: told[slot] for slot in sorted(told.keys() & written.keys())}
        )
        if lost:
            name, said = self.context.reward.name, " or ".join(sorted({str(scores[slot]) for slot in lost}))
            yield NoteAdded(step, lost, f"The reward model {name} gave no number ({said}); it counts as a reward of 0.")
        if drifted:
            yield NoteAdded(
                step, drifted, "The reward model scores this step otherwise than recorded; the record counts."
            )
        yield from self._session_notes(step)

    def _check_range(self, scores: Mapping[int, float], lost: tuple[int, ...]) -> None:
        for slot, value in scores.items():
            if slot not in lost and not 0 <= value <= 1:
                raise ModelError(
                    f"The reward model {self.context.reward.name} scored a step as {value}; a reward lies in [0, 1]."
                )

    def _restore_rewards(self, step: int) -> tuple[int, ...]:
        """Put the recorded rewards in the place of the new ones; the slots in which they differ."""
        if step >= len(self.past.rewards):
            return ()
        recorded = np.asarray(self.past.rewards[step], dtype=np.float64)
        drifted = np.flatnonzero(np.abs(recorded - self.rewards) > REWARD_TOLERANCE)
        self.rewards = recorded.copy()
        return tuple(int(slot) for slot in drifted)

    def _weigh(self, step: int, steps: Mapping[int, Step]) -> abc.Generator[Event, None, tuple[Population, FloatArray]]:
        wrote = np.isin(np.arange(len(self.rewards)), list(steps))
        self.history = np.vstack([self.history, np.where(wrote, self.rewards, np.nan)])
        population = Population(
            step, self.max_steps, np.where(self.failed, 0.0, self.history), self.finished.copy(), self.log_carried,
            self.pinned is not None, self.horizon,
        )  # fmt: skip
        weighing = self.method.weigh(population)
        # A clipped reward of 0 still has a weight, and under some potentials a good one.
        log_weights = np.where(self.failed, -np.inf, weighing.log_weights)
        increment = log_sum_exp(log_weights)
        yield ParticlesWeighed(
            step, self.log_carried.copy(), log_weights.copy(), ess(log_weights), increment, weighing.temperature
        )
        if np.isneginf(increment):
            yield NoteAdded(step, (), "Every particle's weight is zero; all count the same.")
        return population, log_weights

    def _select(self, step: int, population: Population, log_weights: FloatArray, last: bool) -> ParticlesSelected:
        if last:
            selection = Selection(False, np.arange(len(log_weights)), self.log_carried)
        else:
            selection = self.method.select(derive_rng(self.seed, "resampling", step), population, log_weights)
        ancestors = selection.ancestors
        if selection.resampled:
            self.generator_session.select(ancestors)
            self.reward_session.select(ancestors)
            self.finished, self.failed = self.finished[ancestors], self.failed[ancestors]
            self.rewards = self.rewards[ancestors]
            self.history = self.history[:, ancestors]
            self.lineages = [self.lineages[a] for a in ancestors]
        self.log_carried = selection.log_carried
        recorded = self.past.seconds[step] if step < len(self.past.seconds) else None
        return ParticlesSelected(step, selection.resampled, ancestors.copy(), self.context.seconds(recorded))

    def _session_notes(self, step: int) -> Iterator[Event]:
        """What the sessions have to say since they were last asked."""
        for which, session in enumerate((self.generator_session, self.reward_session)):
            notes = getattr(session, "notes", ())
            for text in notes[self.notes_passed_on[which] :]:
                yield NoteAdded(step, (), text)
            self.notes_passed_on[which] = len(notes)

    def _trajectory(self, slot: int) -> Trajectory:
        rewards = self.history[:, slot]
        return Trajectory(self.lineages[slot], rewards[~np.isnan(rewards)])
