"""The contracts hold for the toy pair, and each fails on a pair that is broken in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from pfviz.models.rewards.function import FunctionReward, FunctionRewardSession
from pfviz.problems.problem import Problem
from pfviz.types import NO_STEPS, IntArray, Sampling, Step, StepProgress
from tests.contracts import generator, reward, toy

PROBLEM = Problem("toy")


def generator_case(session: type[toy.ToySession] = toy.ToySession) -> generator.Case:
    class Made(toy.ToyGenerator):
        def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> toy.ToySession:
            return session(particles, seed)

    return generator.Case(Made, PROBLEM, toy.scratch)


@pytest.mark.parametrize("check", generator.CHECKS, ids=lambda check: check.__name__)
def test_toy_generator(check) -> None:
    check(generator_case())


class ForgetsToFork(toy.ToySession):
    def select(self, ancestors: IntArray) -> None:
        pass


class ForksSorted(toy.ToySession):
    def select(self, ancestors: IntArray) -> None:
        super().select(sorted(ancestors))


class SharesRandomness(toy.ToySession):
    def uniform(self, step: int, slot: int) -> float:
        return super().uniform(step, 0)


class IgnoresSeed(toy.ToySession):
    def __init__(self, particles: int, seed: int) -> None:
        super().__init__(particles, 0)


class DrawsInTurn(toy.ToySession):
    """One stream for all: what a slot gets depends on who was served before it."""

    def __init__(self, particles: int, seed: int) -> None:
        super().__init__(particles, seed)
        self.turn = 0

    def uniform(self, step: int, slot: int) -> float:
        self.turn += 1
        return super().uniform(step, self.turn)


class KeepsDrafts(toy.ToySession):
    """Writes into its state before the step is complete."""

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        self.seed += 1
        yield from super().extend(active, step, given)
        self.seed -= 1


class LosesASlot(toy.ToySession):
    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        return super().extend(list(active)[1:], step, given)


class DrawsAnyway(toy.ToySession):
    """Does not care for what it is given."""

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        return super().extend(active, step)


class HandsBack(toy.ToySession):
    """Hands a given step back, and keeps its own."""

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        *_, steps = super().extend(active, step)
        yield len(steps)
        yield {**steps, **given}


class SaysNothing(toy.ToySession):
    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        *_, steps = super().extend(active, step, given)
        yield steps


class LosesAToken(toy.ToySession):
    """Tells the log-probability of fewer tokens than a step has, or of others."""

    told: tuple[float, ...] = (-0.5, -0.5)

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        *counts, steps = super().extend(active, step, given)
        yield from counts
        yield {slot: replace(made, token_log_probs=self.told) for slot, made in steps.items()}


class TellsOthers(LosesAToken):
    told = (-9.0,)


class ForgetsTheSum(toy.ToySession):
    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        *counts, steps = super().extend(active, step, given)
        yield from counts
        yield {slot: replace(made, log_prob=None) for slot, made in steps.items()}


class TellsEntropiesUnasked(toy.ToySession):
    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        *counts, steps = super().extend(active, step, given)
        yield from counts
        yield {slot: replace(made, entropies=(0.5,)) for slot, made in steps.items()}


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (ForgetsToFork, generator.fork_equals_scratch),
        (ForgetsToFork, generator.select_copies),
        (ForksSorted, generator.fork_equals_scratch),
        (SharesRandomness, generator.slots_draw_apart),
        (SharesRandomness, generator.select_copies),
        (IgnoresSeed, generator.another_seed_other_steps),
        (DrawsInTurn, generator.draw_is_independent_of_batch_mates),
        (KeepsDrafts, generator.closing_leaves_nothing_broken),
        (LosesASlot, generator.bounds_are_honoured),
        (SaysNothing, generator.bounds_are_honoured),
        (DrawsAnyway, generator.given_steps_are_taken_on),
        (HandsBack, generator.given_steps_are_taken_on),
        (LosesAToken, generator.each_token_is_accounted_for),
        (ForgetsTheSum, generator.each_token_is_accounted_for),
        (TellsOthers, generator.each_token_is_accounted_for),
        (TellsEntropiesUnasked, generator.each_token_is_accounted_for),
    ],
)
def test_broken_generators_are_found(broken, check) -> None:
    with pytest.raises(AssertionError):
        check(generator_case(broken))


def reward_case(session: type[FunctionRewardSession] = FunctionRewardSession) -> reward.Case:
    def score(problem: str, steps: list[str]) -> float:
        return sum((i + 1) * len(step) for i, step in enumerate(steps)) % 97 / 97

    class Made(FunctionReward):
        def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FunctionRewardSession:
            return session(self, problem, particles, whole)

    return reward.Case(lambda: Made(score), PROBLEM, lambda problem, steps: score(problem.text, steps))


@pytest.mark.parametrize("check", reward.CHECKS, ids=lambda check: check.__name__)
def test_function_reward(check) -> None:
    check(reward_case())


@pytest.mark.parametrize("check", reward.CHECKS, ids=lambda check: check.__name__)
def test_a_function_that_scores_the_whole_is_given_one_step(check) -> None:
    def score(problem: str, steps: list[str]) -> float:
        (whole,) = steps
        return (len(whole) + 13 * whole.count("\n\n")) % 97 / 97

    def scratch(problem: Problem, steps: list[str]) -> float:
        return score(problem.text, ["\n\n".join(steps)])

    check(reward.Case(lambda: FunctionReward(score), PROBLEM, scratch, whole=True))


class RewardForgetsToFork(FunctionRewardSession):
    def select(self, ancestors: IntArray) -> None:
        pass


class RewardForgetsPrefix(FunctionRewardSession):
    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        for slot in steps:
            self._prefixes[slot] = ()
        return super().score(steps)


class RewardResetsOthers(FunctionRewardSession):
    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        self._prefixes = [p if slot in steps else () for slot, p in enumerate(self._prefixes)]
        return super().score(steps)


class RewardSharesState(FunctionRewardSession):
    shared: ClassVar[list[tuple[str, ...]]] = [(), (), (), (), ()]

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self._prefixes = self.shared


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (RewardForgetsToFork, reward.incremental_equals_scratch),
        (RewardForgetsToFork, reward.select_copies),
        (RewardForgetsPrefix, reward.incremental_equals_scratch),
        (RewardResetsOthers, reward.a_subset_leaves_the_others),
        (RewardSharesState, reward.sessions_are_apart),
    ],
)
def test_broken_rewards_are_found(broken, check) -> None:
    with pytest.raises(AssertionError):
        check(reward_case(broken))
