"""A finite language with a known distribution: steps "a", "b" and "c"; "c" ends a solution, and so does step 3.

It is small enough to enumerate every solution with its probability, and its generator speaks the session protocol in
plain Python, so that contracts and samplers are tested without a model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pfviz.problems.problem import Problem
from pfviz.rng import derive_rng
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress

LETTERS = "abc"
LENGTH = 3


def probabilities(prefix: str) -> list[float]:
    """p(next letter | prefix)."""
    if not prefix:
        return [0.5, 0.3, 0.2]
    return [0.2, 0.6, 0.2] if prefix[-1] == "a" else [0.6, 0.15, 0.25]


def ended(text: str) -> bool:
    return text.endswith("c") or len(text) == LENGTH


def reward(problem: str, steps: list[str]) -> float:
    """A reward in (0, 1) that likes "b", and likes it more after an "a"."""
    text = "".join(steps)
    return {"a": 0.4, "b": 0.7, "c": 0.55}[text[-1]] - (0.15 if "bb" in text else 0.0) + (0.1 if "ab" in text else 0.0)


def solutions() -> dict[str, float]:
    """Every solution and its probability."""

    def grow(text: str, p: float) -> Iterator[tuple[str, float]]:
        if text and ended(text):
            yield text, p
            return
        for letter, q in zip(LETTERS, probabilities(text), strict=True):
            yield from grow(text + letter, p * q)

    return dict(grow("", 1.0))


def step_potential(text: str, t: int, potential: str = "odds") -> float:
    """The log-potential of step t, a finished solution repeating its last reward; from the definitions."""
    r = reward("", list(text[: t + 1]))
    before = reward("", list(text[:t])) if t else 0.5
    odds, odds_before = r / (1 - r), before / (1 - before)
    return {"odds": math.log(odds), "telescoped": math.log(odds / odds_before), "score": r}[potential]


def posterior(tau: float = 1.0, potential: str = "odds") -> tuple[dict[str, float], float]:
    """The target's probabilities and its normaliser, by enumeration."""
    mass = {
        text: p * math.exp(sum(step_potential(text, t, potential) for t in range(LENGTH)) / tau)
        for text, p in solutions().items()
    }
    z = sum(mass.values())
    return {text: m / z for text, m in mass.items()}, z


def scratch(problem: Problem, prefix: Sequence[int], ids: Sequence[int]) -> float:
    """The log-probability of a step's ids after those of the steps before it, from nothing."""
    text = "".join(LETTERS[i] for i in prefix)
    return sum(math.log(probabilities(text + "".join(LETTERS[j] for j in ids[:k]))[i]) for k, i in enumerate(ids))


class ToyGenerator:
    name = "toy"

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> ToySession:
        return ToySession(particles, seed)


class ToySession:
    """Small hooks, so that a test can break one thing at a time."""

    def __init__(self, particles: int, seed: int) -> None:
        self.seed = seed
        self.texts = [""] * particles

    def uniform(self, step: int, slot: int) -> float:
        return float(derive_rng(self.seed, "tokens", step, slot).random())

    def keep(self, slot: int, text: str) -> None:
        self.texts[slot] = text

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        steps = {}
        for count, slot in enumerate(active, start=1):
            if slot in given:
                steps[slot] = given[slot]
                yield count
                continue
            p = probabilities(self.texts[slot])
            letter = int(np.searchsorted(np.cumsum(p), self.uniform(step, slot), side="right"))
            text = self.texts[slot] + LETTERS[letter]
            done = ended(text)
            log_prob = math.log(p[letter])
            end = "eos" if done else "separator"
            steps[slot] = Step(LETTERS[letter], (letter,), log_prob, done, end, (log_prob,))
            yield count
        for slot, made in steps.items():
            self.keep(slot, self.texts[slot] + made.text)
        yield steps

    def select(self, ancestors: IntArray) -> None:
        self.texts = [self.texts[int(a)] for a in ancestors]
