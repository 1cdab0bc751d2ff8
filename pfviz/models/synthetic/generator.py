"""The synthetic generator: writes the steps of `pfviz.tiny.chain`, each slot from a random stream of its own."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence

from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng
from pfviz.tiny import chain
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress

NAME = "chain"


class ChainGenerator:
    """A generator whose steps are wrong at a rate that is given; `temperature` 0 makes no errors. A token is a word."""

    def __init__(self, error_rate: float = chain.ERROR_RATE, name: str = NAME) -> None:
        self.error_rate = error_rate
        self.name = name

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> ChainSession:
        """See `Generator.open`; raises `ProblemError` for a problem that is no sum."""
        error_rate = self.error_rate if sampling.temperature else 0.0
        return ChainSession(chain.read_problem(problem.text), particles, seed, error_rate)


class ChainSession:
    """The numbers that each slot has left to add."""

    def __init__(self, numbers: list[int], particles: int, seed: int, error_rate: float) -> None:
        self._left = [numbers] * particles
        self._seed = seed
        self._error_rate = error_rate

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """See `GeneratorSession.extend`."""
        made = {}
        for slot in active:
            if slot in given:
                made[slot] = given[slot]
                self._left[slot] = _read_left(given[slot].text)
                continue
            stream = derive_rng(self._seed, "chain", step, slot).integers(2**63)
            text, self._left[slot] = chain.write_step(random.Random(int(stream)), self._left[slot], self._error_rate)
            finished = len(self._left[slot]) < 2
            ids = tuple(zlib.crc32(word.encode()) for word in chain.split_words(text))
            made[slot] = Step(text, ids, None, finished, "eos" if finished else "separator")
        yield sum(len(one.token_ids) for one in made.values())
        yield made

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._left = [self._left[int(a)] for a in ancestors]


def _read_left(step: str) -> list[int]:
    """The numbers that a step leaves to add; none after the last."""
    _, comma, left = step.partition(", so we have ")
    return chain.read_problem(left) if comma else []
