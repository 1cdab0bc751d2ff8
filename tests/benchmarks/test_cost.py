"""Counting tokens, the bare limit, and the lines that are made of both."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import limit
from benchmarks.cost import LIMIT_GOALS, compare_with_limit
from benchmarks.results import Goal, Spread
from benchmarks.shapes import Pair, make_pair
from benchmarks.timing import time_run, time_work, watch_model
from benchmarks.tokens import required_tokens


@pytest.fixture(scope="module")
def small() -> Pair:
    return make_pair("small", steps=3, step_tokens=6, prompt_tokens=5)


def test_a_run_computes_what_is_needed_and_no_more(small: Pair) -> None:
    for seed in range(3):
        time, trace = time_run(small, 6, seed)
        assert (time.generator.tokens, time.reward.tokens) == required_tokens(small, trace, 0)


def test_needed_tokens_counted_by_hand(small: Pair) -> None:
    """Two slots draw 10 11, then part: 12 and 13. Slot 0 is cloned; both clones write 14, of which one goes on."""
    _, trace = time_run(small, 2, 0)
    tokenization = small.reward.tokenization
    trace.token_ids[:] = [[[10, 11, 12], [10, 11, 13]], [[14], [14, 15]], [[16], [17]]]
    trace.texts[:] = [
        [tokenization.decode([10, 11]), tokenization.decode([10, 11])],
        [tokenization.decode([14])] * 2,
        ["", tokenization.decode([1])],
    ]
    trace.tokens[:] = [[3, 3], [1, 2], [1, 1]]
    trace.ancestors[:] = [[0, 0], [0, 1], [0, 1]]
    # Generator: 4 of 5 prompt ids, and the prefixes: none, 10, 10 11 | and 12, and 12 14 | and 12 14 15.
    assert required_tokens(small, trace, 0)[0] == 4 + 3 + 2 + 1
    # Reward: 5, the first step (2 + separator) once, the second once, then an empty one and one of a token.
    assert required_tokens(small, trace, 0)[1] == 5 + 3 + 2 + 1 + 2


def test_padding_is_counted(small: Pair) -> None:
    """A watch counts what a model is given, real or not."""
    import torch

    with watch_model(small.reward.model) as watch, torch.inference_mode():
        small.reward.model(input_ids=torch.zeros(3, 7, dtype=torch.long))
    assert (watch.tokens, watch.passes) == (21, 1)
    assert watch.seconds > 0


def test_the_limit_computes_the_runs_tokens_in_one_batch(small: Pair) -> None:
    _, trace = time_run(small, 4, 0)
    rows = limit.written_ids(trace)
    assert [len(row) for row in rows] == trace.tokens.sum(axis=0).tolist()
    time, _ = time_work(small, lambda: limit.run_bare_limit(small, trace, 0))
    longest = max(len(row) for row in rows)
    assert time.generator.tokens == 4 + 4 * longest  # the prompt once but for its last token, then the columns
    assert time.generator.passes == 1 + longest
    scored = limit.scored_ids(small, trace)
    assert [len(row) for row in scored] == [len(row) for row in rows]  # a scripted separator is one token
    assert (time.reward.passes, time.reward.tokens) == (2, 5 + 4 * longest)


def test_the_lines_of_a_pair(small: Pair) -> None:
    said: list[str] = []
    lines = list(compare_with_limit(small, (2, 3), 2, said.append))
    assert {line.particles for line in lines} == {2, 3}
    found = {line.what: line for line in lines if line.particles == 3}
    assert found["generator: computed / needed"].spread == Spread(1.0, 1.0, 1.0, 2)
    assert found["reward: computed / needed"].goal == Goal(1.05, at_least=False)
    ratio = found["bare limit / run"]
    assert (ratio.goal, ratio.steps, ratio.spread.count) == (None, 3, 2)
    parts = [
        found[f"run: {part}"].spread.median for part in ("generator's passes", "reward model's passes", "the rest")
    ]
    assert all(part > 0 for part in parts)
    assert any("N = 3, round 2 of 2" in text for text in said)


def test_the_goals_are_those_of_the_pairs_that_have_one() -> None:
    assert (LIMIT_GOALS["embedded"], LIMIT_GOALS["0.5B-bfloat16"]) == (Goal(0.6), Goal(0.85))
    assert "small" not in LIMIT_GOALS


def test_spread_and_goal() -> None:
    spread = Spread.from_values([3.0, 1.0, 2.0, 5.0, 4.0])
    assert (spread.median, spread.low, spread.high, spread.count) == (3.0, 2.0, 4.0, 5)
    assert Goal(3.0).is_met(spread)
    assert not Goal(3.1).is_met(spread)
    assert Goal(3.0, at_least=False).is_met(spread)
    assert not Goal(2.9, at_least=False).is_met(spread)
    assert np.isfinite(spread.median)
