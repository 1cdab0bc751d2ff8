"""Solutions that somebody wrote, step by step, asked of a reward model: no run, no generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pfviz.errors import LabError
from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.models import pairing, registry
from pfviz.problems.problem import Problem
from pfviz.types import Generator, RewardModel

MAX_SOLUTIONS, MAX_STEPS, MAX_STEP_CHARS = 64, 64, 4_000
"""Of what is scored at once: solutions, steps of one, characters of a step."""


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """The rewards of the steps of some solutions of one problem."""

    problem: Problem
    solutions: tuple[tuple[str, ...], ...]
    reward: str
    generator: ClassVar[None] = None

    def begin(
        self, generator: str | Generator, reward: str | RewardModel, stop: Callable[[], bool]
    ) -> Iterator[dict[int, float]]:
        """The rewards of step 1, 2, … by the number of the solution, of those that have such a step."""
        return score_texts(self.problem, self.solutions, reward, stop)


def build_question(problem: str, solutions: Sequence[Sequence[str]], reward: str) -> TextQuestion:
    """Return the question, checked.

    Raises:
        ProblemError: the problem is refused.
        ModelError: the reward cannot know the problem.
        LabError: there is no solution, a solution or step is empty, too many or too long, or the reward reads what only
            a generator knows.
    """
    asked = Problem.from_text(problem)
    if registry.reads_generator(reward):
        raise LabError(f"The reward {reward[:60]!r} reads the generator's own numbers, and cannot score a text.")
    pairing.check_pair(asked.text, "what was written", reward)
    if not 1 <= len(solutions) <= MAX_SOLUTIONS:
        raise LabError(f"Give 1 to {MAX_SOLUTIONS} solutions; there are {len(solutions)}.")
    cleaned = []
    for number, steps in enumerate(solutions):
        if isinstance(steps, str) or not 1 <= len(steps) <= MAX_STEPS:
            raise LabError(f"solutions[{number}]: expected a list of 1 to {MAX_STEPS} steps.")
        for place, step in enumerate(steps):
            if not isinstance(step, str) or not step.strip() or len(step) > MAX_STEP_CHARS:
                raise LabError(f"solutions[{number}][{place}]: expected a text of 1 to {MAX_STEP_CHARS:,} characters.")
        cleaned.append(tuple(step.strip() for step in steps))
    return TextQuestion(asked, tuple(cleaned), reward)


def score_texts(
    problem: Problem, solutions: Sequence[Sequence[str]], reward: str | RewardModel, stop: Callable[[], bool]
) -> Iterator[dict[int, float]]:
    """The rewards of step 1, 2, … by the number of the solution; raises `LabError` for a reward that gives none."""
    model = registry.as_reward(reward)
    session = model.open(problem, particles=len(solutions))
    for place in range(max(map(len, solutions))):
        if stop():
            return
        steps = {
            number: text_step(texts[place], finished=place == len(texts) - 1)
            for number, texts in enumerate(solutions)
            if place < len(texts)
        }
        yield score_steps(session, model.name, steps)
