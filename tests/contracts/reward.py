"""What every reward model must do, as functions of a factory. Parametrise a test over `CHECKS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pfviz.problems.problem import Problem
from pfviz.types import RewardModel, RewardSession, Step, token_rewards


def step_of(text: str, finished: bool = False) -> Step:
    return Step(text, (1,), -1.0, finished, "separator")


@dataclass(frozen=True)
class Case:
    """A reward model, a problem, and `scratch(problem, step texts)`: the prefix's reward without any session; scored
    as a whole if `whole` says so. `step(text, finished)` makes the steps."""

    make: Callable[[], RewardModel]
    problem: Problem
    scratch: Callable[[Problem, list[str]], float]
    words: Sequence[str] = ("a", "b", "1 + 2 = 3", "so 3 * 4 is 12", "", "c")
    tolerance: float = 1e-5
    particles: int = 5
    whole: bool = False
    step: Callable[..., Step] = step_of

    def open(self, model: RewardModel, particles: int) -> RewardSession:
        return model.open(self.problem, particles=particles, whole=self.whole)


def incremental_equals_scratch(case: Case) -> None:
    """Ragged steps, subsets, clones, deaths and particles that finish: each score is that of its whole prefix."""
    n, rng = case.particles, np.random.default_rng(0)
    seen = set()
    for _ in range(3):
        session = case.open(case.make(), n)
        prefixes: list[list[str]] = [[] for _ in range(n)]
        finished = [False] * n
        for _ in range(5):
            active = [i for i in range(n) if not finished[i]]
            given = {i: case.step(str(rng.choice(case.words)), bool(rng.random() < 0.15)) for i in active}
            scores = session.score(given)
            assert set(scores) == set(given), "a score for each given slot and no other"
            for slot, score in scores.items():
                prefixes[slot] = [*prefixes[slot], given[slot].text]
                finished[slot] = given[slot].finished
                expected = case.scratch(case.problem, prefixes[slot])
                assert 0 <= score <= 1
                assert abs(score - expected) <= case.tolerance, f"{prefixes[slot]}: {score}, from scratch {expected}"
                seen.add(round(score, 6))
            ancestors = rng.integers(0, n, n)
            session.select(ancestors)
            prefixes, finished = [prefixes[a] for a in ancestors], [finished[a] for a in ancestors]
    assert len(seen) > 3, "the case's rewards hardly differ: it proves nothing"


def a_subset_leaves_the_others(case: Case) -> None:
    session = case.open(case.make(), 2)
    session.score({0: case.step(case.words[2])})
    late = session.score({1: case.step(case.words[1])})[1]
    assert abs(late - case.scratch(case.problem, [case.words[1]])) <= case.tolerance
    again = session.score({0: case.step(case.words[0])})[0]
    assert abs(again - case.scratch(case.problem, [case.words[2], case.words[0]])) <= case.tolerance


def select_copies(case: Case) -> None:
    """A clone and its source have the same prefix and go on apart."""
    session = case.open(case.make(), 3)
    session.score({0: case.step(case.words[0]), 1: case.step(case.words[1]), 2: case.step(case.words[2])})
    session.select(np.array([2, 2, 0]))
    scores = session.score({0: case.step(case.words[3]), 1: case.step(case.words[1]), 2: case.step(case.words[1])})
    expected = [[case.words[2], case.words[3]], [case.words[2], case.words[1]], [case.words[0], case.words[1]]]
    for slot, prefix in enumerate(expected):
        assert abs(scores[slot] - case.scratch(case.problem, prefix)) <= case.tolerance


def sessions_are_apart(case: Case) -> None:
    """Two runs at once do not see each other."""
    model = case.make()
    one, two = case.open(model, 1), case.open(model, 1)
    one.score({0: case.step(case.words[2])})
    score = two.score({0: case.step(case.words[1])})[0]
    assert abs(score - case.scratch(case.problem, [case.words[1]])) <= case.tolerance


def what_is_said_of_tokens_is_of_what_was_scored(case: Case) -> None:
    """Where a session tells what it read inside of steps: of no other slots than were just scored, at rising places of
    the step's text, and the same of the same prefix."""
    session = case.open(case.make(), 3)
    for texts in ({0: 2, 1: 2, 2: 0}, {1: 3, 2: 3}, {0: 1}):
        steps = {slot: case.step(case.words[word]) for slot, word in texts.items()}
        session.score(steps)
        told = token_rewards(session)
        assert set(told) <= set(steps), "of slots that were not scored"
        for slot, said in told.items():
            assert len(said.ends) == len(said.rewards) > 0
            assert all(a < b for a, b in pairwise((0, *said.ends))), "ends that do not rise"
            assert said.ends[-1] <= len(steps[slot].text), "an end beyond the text"
            assert all(0 <= reward <= 1 for reward in said.rewards)
        if len(texts) == 3:
            assert told.get(0) == told.get(1), "another word of the same prefix"


CHECKS: list[Callable[[Case], None]] = [
    incremental_equals_scratch,
    a_subset_leaves_the_others,
    select_copies,
    sessions_are_apart,
    what_is_said_of_tokens_is_of_what_was_scored,
]
