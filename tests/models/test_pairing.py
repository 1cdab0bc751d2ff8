"""Rewards of the embedded world beside generators of another one: refused where they cannot know, noted where not."""

from __future__ import annotations

import pytest

import pfviz
from pfviz import api
from pfviz.errors import ModelError
from pfviz.models.pairing import check_pair, watch_pair
from pfviz.models.rewards.oracle import OracleReward
from pfviz.models.rewards.perturbed import noisy
from pfviz.problems.problem import Problem
from pfviz.types import Step
from tests.contracts import toy

SUM, STORY = "Compute (12 + 7) * 3", "Mia has 12 marbles. She buys 3 bags of 5 marbles. How many marbles does she have?"
FREE = "Which prime numbers divide 91? Explain."


class Own(toy.ToyGenerator):
    name = "own"


@pytest.mark.parametrize("reward", ["embedded", "naive", "oracle", "embedded-noisy", OracleReward(), "noisy oracle"])
def test_a_reward_of_the_embedded_world_is_refused_for_what_it_cannot_know(reward: object) -> None:
    judge = noisy(OracleReward(), 0.5) if reward == "noisy oracle" else reward
    for generator, problem in (
        ("endpoint:qwen", FREE),
        ("Qwen/Qwen2.5-0.5B", FREE),
        ("endpoint:qwen", STORY),  # it reads like one of the embedded world, as any does
        (Own(), FREE),
    ):
        with pytest.raises(ModelError, match="cannot know this problem") as caught:
            check_pair(problem, generator, judge)  # type: ignore[arg-type]
        told = str(caught.value)
        assert "confidence, confidence-min" in told
        assert "endpoint:NAME" in told
        assert ("confidence-entropy" in told) == (generator != "endpoint:qwen")


def test_nothing_else_is_refused() -> None:
    def oracle(problem: str, steps: list[str]) -> float:
        return 0.5

    for generator, reward, problem in (
        ("embedded", "embedded", STORY),
        ("embedded", "oracle", STORY),
        ("endpoint:qwen", "confidence", FREE),
        ("endpoint:qwen", "endpoint:prm", FREE),
        ("endpoint:qwen", "Qwen/Qwen2.5-Math-PRM-7B", FREE),
        ("endpoint:qwen", pfviz.reward(oracle), FREE),
        ("endpoint:qwen", "embedded", SUM),
        (Own(), "embedded", STORY),
        (".", "embedded", STORY),
    ):
        check_pair(problem, generator, reward)  # type: ignore[arg-type]


def test_a_run_is_checked_before_a_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.models.registry.get_reward", lambda name: pytest.fail("loaded"))
    with pytest.raises(ModelError, match="'embedded' knows the embedded world only"):
        api.prepare(FREE, generator=Own())


def notes(generator: object, reward: object, *texts: str) -> list[str]:
    session = watch_pair(generator, reward).open(Problem(SUM), particles=len(texts))  # type: ignore[arg-type]
    for _ in range(2):
        session.score({slot: Step(text, (1,), -1.0, False, "separator") for slot, text in enumerate(texts)})
    return list(getattr(session, "notes", ()))


def test_steps_in_other_words_are_noted_once_and_those_of_the_world_are_not() -> None:
    (said,) = notes(Own(), OracleReward(), "First, 12 and 7 make 19.", "Let us see.")
    assert "own writes its steps in other words" in said
    assert "'oracle' cannot know them" in said
    assert notes(Own(), OracleReward(), "Let us see.", "12 + 7 = 19, so we have 19 * 3.") == []
    assert notes(toy.ToyGenerator(), pfviz.reward(lambda problem, steps: 0.5), "Let us see.") == []


def test_a_watched_reward_is_the_same_reward() -> None:
    watched = watch_pair(Own(), OracleReward())
    assert (watched.name, watched.reads_log_probs, watched.reads_entropies) == ("oracle", False, False)  # type: ignore[attr-defined]
    session = watched.open(Problem(SUM), particles=2)
    right, wrong = "12 + 7 = 19, so we have 19 * 3.", "12 + 7 = 18, so we have 18 * 3."
    steps = {slot: Step(text, (1,), -1.0, False, "separator") for slot, text in enumerate((right, wrong))}
    assert session.score(steps) == {0: 1.0, 1: 0.0}
