"""The toy language with answers: a solution's last step says its last letter in a box, so that a rollout can be right.

The probability of each answer after any prefix is known by enumeration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pfviz.problems.problem import Problem
from pfviz.trace import Trace
from pfviz.types import NO_STEPS, Sampling, Step, StepProgress
from tests.contracts import toy


def probability(prefix: str, answer: str) -> float:
    """That a solution which begins with these letters ends with the answer."""
    going_on = {text: p for text, p in toy.solutions().items() if text.startswith(prefix)}
    return sum(p for text, p in going_on.items() if text.endswith(answer)) / sum(going_on.values())


def letters(trace: Trace, uid: int) -> str:
    """The letters of the prefix that ends with a node."""
    return "".join(toy.LETTERS[trace.token_ids[t][n][0]] for t, n in trace.solution(*trace.node(uid)))


def reward(problem: str, steps: list[str]) -> float:
    """The toy's reward; a box is read as the letter in it."""
    return toy.reward(problem, [step[-2:-1] if step.startswith("\\boxed") else step for step in steps])


class AnsweringToy(toy.ToyGenerator):
    """Counts the sessions that it opens and the steps that it draws."""

    def __init__(self) -> None:
        self.sessions = 0
        self.drawn = 0

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> AnsweringSession:
        self.sessions += 1
        return AnsweringSession(self, particles, seed)


class AnsweringSession(toy.ToySession):
    def __init__(self, generator: AnsweringToy, particles: int, seed: int) -> None:
        super().__init__(particles, seed)
        self.generator = generator

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        for item in super().extend(active, step, given):
            if isinstance(item, int):
                yield item
                continue
            self.generator.drawn += len(item.keys() - given.keys())
            yield {slot: self.boxed(made) for slot, made in item.items()}

    def boxed(self, made: Step) -> Step:
        if not made.finished or made.text.startswith("\\boxed"):
            return made
        return replace(made, text=f"\\boxed{{{made.text}}}", end="boxed")
