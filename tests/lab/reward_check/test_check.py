"""A reward model that is served right passes every check; each way of serving it wrong is named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, normalizers

from pfviz.lab.reward_check.check import check_reward
from pfviz.lab.reward_check.local_checks import check_round_trip
from pfviz.lab.reward_check.plain_passes import score_ids
from pfviz.lab.reward_check.results import CheckResult, summarise
from pfviz.lab.reward_check.server_checks import check_server
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.rewards.function import FunctionReward
from tests.lab.reward_check.fakes import (
    SOLUTIONS,
    Changed,
    WithoutSeparator,
    first_slot_wins,
    good_reward,
    ignoring_masks,
    shorter_ones_sink,
)
from tests.models import tiny


def checked(reward: Any, server: Any = None) -> dict[str, CheckResult]:
    return {one.name: one for one in check_reward(reward, server, solutions=SOLUTIONS)}


def wrong(results: dict[str, CheckResult]) -> list[str]:
    return [one.name for one in results.values() if one.status == "wrong"]


def test_a_model_that_is_served_right_passes_within_rounding() -> None:
    results = checked(good_reward(), good_reward())
    assert wrong(results) == []
    compared = [one for one in results.values() if not math.isnan(one.difference) and one.status == "ok"]
    assert len(compared) >= 12
    assert all(one.difference <= one.allowed for one in compared)
    assert summarise(list(results.values())).startswith("Served right")


def test_the_separator_is_said_to_matter() -> None:
    result = checked(good_reward())["separator"]
    assert result.status == "note"
    assert result.difference > 0.01


def test_a_model_that_attends_to_padding_is_named() -> None:
    with ignoring_masks(good_reward()) as reward:
        results = checked(reward)
    assert wrong(results)[0] == "left-padding"  # on the right, nothing that is read comes after it
    assert results["right-padding"].status == "ok"
    assert "padding is attended to" in summarise(list(results.values()))
    assert f"{results['left-padding'].difference:.2g}" in summarise(list(results.values()))


def test_a_server_that_attends_to_padding_is_named() -> None:
    results = checked(good_reward(), Changed(good_reward(), together=shorter_ones_sink))
    assert set(wrong(results)) >= {"batch-server", "batch-of-2-server"}
    assert wrong(results)[0] == "batch-server"
    assert "padding is attended to" in summarise(list(results.values()))


def test_a_model_that_depends_on_the_order_of_a_batch_is_named() -> None:
    results = checked(Changed(good_reward(), together=first_slot_wins))
    assert wrong(results)[0] == "order"
    assert "order of a batch" in summarise(list(results.values()))


def test_a_reward_that_is_drawn_at_random_is_named() -> None:
    draws = iter(k % 7 / 10 for k in range(10_000))
    results = checked(lambda problem, steps: next(draws))
    assert wrong(results)[0] == "repeat"


def test_a_lost_separator_is_named_here() -> None:
    results = checked(good_reward(WithoutSeparator))
    assert wrong(results) == ["separator"]
    assert "is lost" in results["separator"].sentence


def test_a_server_that_loses_the_last_separator_is_named() -> None:
    results = checked(good_reward(), LosesLastSeparator(good_reward()))
    assert wrong(results) == ["server"]
    assert "loses the separator after the last step" in results["server"].sentence


def test_a_server_that_forgets_the_steps_before_is_named() -> None:
    results = checked(good_reward(), Changed(good_reward(), forgets=True))
    assert wrong(results) == ["server"]
    assert "the last step alone" in results["server"].sentence


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        (lambda value, size: np.round(value, 2), "rounding", "rounds rewards to 2 decimals"),
        (lambda value, size: np.floor(value * 10) / 10, "rounding", "cuts rewards off after 1 decimal:"),
        (lambda value, size: np.where(size < 160, value, value / 3), "server", "cuts long texts: up to 150 characters"),
        (lambda value, size: 1 - value, "server", "the other class"),
        (lambda value, size: abs(np.sin(1000 * value)), "server", "none of the usual reasons"),
    ],
)
def test_what_a_server_does_to_rewards_is_named(change, name, said) -> None:
    here, sizes = np.random.default_rng(3).uniform(0.1, 0.9, 30), np.arange(10, 310, 10)
    results = {one.name: one for one in check_server(here, change(here, sizes), sizes, {})}
    assert name in wrong(results)
    assert said in results[name].sentence


@pytest.mark.parametrize(
    "normalizer",
    [normalizers.Strip(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Replace(" ", "")],
    ids=["at the ends", "several at once", "all"],
)
def test_a_tokenizer_that_eats_spaces_is_named(normalizer) -> None:
    tokenizer = tiny.tokenizer(merged=("\n\n", "\t", ","))
    tokenizer.backend_tokenizer.normalizer = normalizer
    result = check_round_trip(Tokenization(tokenizer), SOLUTIONS)
    assert result.status == "wrong"
    assert "loses spaces or line breaks" in result.sentence


def test_a_tokenizer_that_lacks_characters_is_named() -> None:
    result = checked(good_reward(tokenizer=tiny.tokenizer()))["tokenizer"]
    assert "loses characters" in result.sentence


class LosesLastSeparator(Changed):
    """Texts are joined by the separator, and none follows the last step."""

    def open(self, problem, *, particles, whole=False):
        model = good_reward()

        def score(problem_text: str, steps: Any) -> float:
            ids = model.prompt(problem)
            for place, text in enumerate(steps):
                own = model.encode_step(text, first=place == 0, whole=False).ids
                ids = [*ids, *(own if place + 1 < len(steps) else own[: -len(model.separator_ids)])]
            return float(score_ids(model, [ids])[0])

        return FunctionReward(score).open(problem, particles=particles, whole=whole)
