"""The answers of a population: grouped by canonical form, with their mass, and the ways to pick one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pfviz.inference.weights import log_normalise, normalise
from pfviz.problems.answers import canonical_answer, extract_answer, is_correct
from pfviz.problems.problem import SEPARATOR
from pfviz.types import BoolArray, FloatArray

MAX_CHARACTERS, MAX_SOLUTION_CHARACTERS = 8_000_000, 20_000
"""An answer is looked for in so many last characters of the solutions of a step together, but at least in so many of
each: runs are shorter by far, and a file that is made to be slow is read in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and the particles that gave it."""

    canonical: str
    display: str  # as its best-rewarded particle wrote it
    count: int
    mass: float  # Σ of the members' normalised weights, in [0, 1]
    best_reward: float  # aggregated over the steps
    total_reward: float  # the same, of all members together
    members: tuple[int, ...]  # slots, ascending
    correct: bool | None  # None where the truth is not known


@dataclass(frozen=True, slots=True)
class Answers:
    """A table of answers, heaviest first. Particles without an answer are in `unanswered`."""

    rows: tuple[Answer, ...]
    unanswered: tuple[int, ...]

    @classmethod
    def from_particles(
        cls,
        given: Sequence[str | None],
        rewards: FloatArray,
        log_weights: FloatArray,
        truth: str | None = None,
    ) -> Answers:
        """Group the extracted answers of N particles (None: it gave none) with their aggregated rewards (N,) and their
        log-weights (N,), any scale."""
        weights = normalise(np.asarray(log_weights, dtype=np.float64))
        groups: dict[str, list[int]] = {}
        for slot, answer in enumerate(given):
            if answer is not None:
                groups.setdefault(canonical_answer(answer), []).append(slot)
        rows = []
        for form, members in groups.items():
            best = max(members, key=lambda slot: (rewards[slot], -slot))
            display = str(given[best])
            rows.append(
                Answer(
                    canonical=form,
                    display=display,
                    count=len(members),
                    mass=float(weights[members].sum()),
                    best_reward=float(rewards[best]),
                    total_reward=float(rewards[members].sum()),
                    members=tuple(members),
                    correct=None if truth is None else is_correct(display, truth),
                )
            )
        rows.sort(key=_vote_order)
        return cls(tuple(rows), tuple(slot for slot, answer in enumerate(given) if answer is None))

    @property
    def by_weighted_vote(self) -> Answer | None:
        """The answer of the largest mass; ties go to the better reward, then to the lower slot."""
        return min(self.rows, key=_vote_order, default=None)

    @property
    def by_highest_reward(self) -> Answer | None:
        """The answer of the best-rewarded particle; ties go to the larger mass, then to the lower slot."""
        return min(self.rows, key=lambda row: (-row.best_reward, -row.mass, row.members[0]), default=None)

    @property
    def by_total_reward(self) -> Answer | None:
        """The answer whose particles have the most reward together; ties go to the larger mass, then to the lower slot.

        Where particles were resampled, weights say what happened since; rewards say what each solution is worth.
        """
        return min(self.rows, key=lambda row: (-round(row.total_reward, 12), -row.mass, row.members[0]), default=None)

    @property
    def by_majority(self) -> Answer | None:
        """The answer that most particles gave; ties go to the larger mass, then to the lower slot."""
        return min(self.rows, key=lambda row: (-row.count, -round(row.mass, 12), row.members[0]), default=None)

    def draw(self, rng: np.random.Generator) -> Answer | None:
        """An answer drawn in proportion to its mass: an unbiased draw, where the others pick a maximum."""
        if not self.rows:
            return None
        mass = np.array([row.mass for row in self.rows])
        # Where no answering particle has any weight, none is better than another.
        return self.rows[int(rng.choice(len(mass), p=mass / mass.sum() if mass.sum() else None))]

    def pick(self, how: str, rng: np.random.Generator) -> Answer | None:
        """By name: highest, vote, rewards, majority, or draw, which alone uses `rng`. For any other name: highest."""
        if how == "draw":
            return self.draw(rng)
        picks = {"vote": self.by_weighted_vote, "rewards": self.by_total_reward, "majority": self.by_majority}
        return picks.get(how, self.by_highest_reward)


class TraceLike(Protocol):
    """What `tabulate` reads of a trace of T steps and N particles."""

    @property
    def truth(self) -> str | None: ...
    @property
    def steps(self) -> int: ...
    @property
    def particles(self) -> int: ...
    @property
    def finished(self) -> BoolArray: ...  # (T, N)
    @property
    def scores(self) -> FloatArray: ...  # (T, N)
    @property
    def log_weights(self) -> FloatArray: ...  # (T, N)
    @property
    def failed(self) -> BoolArray: ...  # (N,) at the last step
    @property
    def final_answers(self) -> Sequence[str | None]: ...  # (N,) what `read_answers` found

    def path_texts(self, t: int, n: int) -> list[str]: ...


def read_answer(trace: TraceLike, t: int, n: int) -> str | None:
    """The answer that the solution in slot n at step t gives; of a very long one, what its end gives."""
    room = max(MAX_SOLUTION_CHARACTERS, MAX_CHARACTERS // trace.particles)
    ending: list[str] = []
    for text in reversed(trace.path_texts(t, n)):
        ending.append(text[-room:])
        room -= len(text)
        if room <= 0:
            break
    return extract_answer(SEPARATOR.join(reversed(ending)))


def read_answers(trace: TraceLike) -> list[str | None]:
    """(N,) the answers that the slots give at the last step. A particle that is not finished gives none: its last
    number is no answer; nor does one that failed."""
    last = trace.steps - 1
    if last < 0:
        return [None] * trace.particles
    answering = trace.finished[last] & ~trace.failed
    return [read_answer(trace, last, slot) if answers else None for slot, answers in enumerate(answering)]


def tabulate(*sweeps: TraceLike) -> Answers:
    """The answers at the last steps of sweeps of N particles each, every sweep with the same share of the mass.

    The members are slots; those of the second sweep count on from N, and so forth.
    """
    given: list[str | None] = []
    scores, log_weights = np.empty(0), np.empty(0)
    for trace in sweeps:
        given += trace.final_answers
        last = trace.steps - 1
        scores = np.append(scores, trace.scores[last] if trace.steps else np.zeros(trace.particles))
        weights = log_normalise(trace.log_weights[last]) if trace.steps else np.zeros(trace.particles)
        log_weights = np.append(log_weights, weights)
    return Answers.from_particles(given, scores, log_weights, sweeps[0].truth)


def _vote_order(row: Answer) -> tuple[float, float, int]:
    # Sums of equal weights differ in their last digits with the order of addition: a tie is a tie up to those.
    return (-round(row.mass, 12), -row.best_reward, row.members[0])
