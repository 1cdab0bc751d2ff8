"""A remote engine keeps the contracts of every generator and reward model, whichever API it speaks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.reward import RemoteReward
from pfviz.problems.problem import Problem
from tests.contracts import generator, reward
from tests.models.remote import fake

PROBLEM = Problem("toy")
CHAT = {"api": "chat", "prompt": None}
KINDS = {
    "completions, ids": ({}, {}),
    "completions, text": ({"extended": False}, {"dialect": "openai"}),
    "chat": ({}, CHAT),
    "chat that cannot continue a message": ({"extended": False}, {"dialect": "openai", **CHAT}),
}


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest) -> Iterator[generator.Case]:
    server, endpoint = KINDS[request.param]
    with fake.serving(**server) as running:
        yield generator.Case(lambda: RemoteGenerator(running.endpoint(**endpoint)), PROBLEM, fake.scratch)


@pytest.mark.parametrize("check", generator.CHECKS, ids=lambda check: check.__name__)
def test_generator(check, case) -> None:
    check(case)


SCORED = {"kind": "reward", "separator": "<extra_0>"}


@pytest.fixture(params=["steps", "whole"])
def reward_case(request: pytest.FixtureRequest) -> Iterator[reward.Case]:
    whole = request.param == "whole"
    between = "\n\n" if whole else "<extra_0>"

    def scratch(problem: Problem, steps: list[str]) -> float:
        a, b = fake.logits(f"Q: {problem.text}\nA: {between.join(steps)}<extra_0>")
        return math.exp(b) / (math.exp(a) + math.exp(b))

    with fake.serving() as running:
        yield reward.Case(lambda: RemoteReward(running.endpoint(**SCORED)), PROBLEM, scratch, whole=whole)


@pytest.mark.parametrize("check", reward.CHECKS, ids=lambda check: check.__name__)
def test_reward(check, reward_case) -> None:
    check(reward_case)
