"""Three ways to decode a step of unequal rows: the same tokens for the same rows, and what each feeds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks import ragged
from benchmarks.shapes import Pair, make_pair
from pfviz.models.decoding.caches.kv_cache import ForkedCache


@pytest.fixture(scope="module")
def small() -> Pair:
    return make_pair("small", steps=3, step_tokens=6, prompt_tokens=5)


def begun(small: Pair, past: list[int]) -> ForkedCache:
    cache = ForkedCache()
    with torch.inference_mode():
        cache.feed(small.generator.model, [small.generator.prompt(small.problems[0])])
        cache.select([0] * len(past))
        cache.feed(small.generator.model, [[7 + row] * tokens for row, tokens in enumerate(past)])
    return cache


@pytest.mark.parametrize("way", ragged.DECODERS)
def test_what_each_way_feeds(small: Pair, way: str) -> None:
    past, new = [9, 3, 5, 12, 1], [4, 2, 7, 3, 3]
    cache = begun(small, past)
    fed = ragged.DECODERS[way](small.generator.model, cache, new)
    assert fed == (5 * 7 if way == "padded" else sum(new))
    if way != "padded":
        assert sorted(cache.lengths) == sorted(5 + before + tokens for before, tokens in zip(past, new, strict=True))


def test_grouped_rows_see_their_own_past_alone(small: Pair) -> None:
    """A row goes on after its own past wherever it stands: the next logits are those of the row alone."""
    past, new, model = [9, 3, 5], [4, 2, 3], small.generator.model
    prompt = small.generator.prompt(small.problems[0])
    for way in (ragged.decode_compact, ragged.decode_grouped):
        cache = begun(small, past)
        way(model, cache, new)
        with torch.inference_mode():
            logits = cache.feed(model, [[TOKEN_AFTER]] * 3)
            for row, logit in enumerate(logits):
                tokens = cache.lengths[row] - 1
                source = next(i for i in range(3) if 5 + past[i] + new[i] == tokens)
                ids = [*prompt, *[7 + source] * past[source], *[ragged.FILLER_TOKEN] * new[source], TOKEN_AFTER]
                alone = model(input_ids=torch.tensor([ids])).logits[0, -1]
                assert torch.allclose(logit, alone, atol=1e-4)


TOKEN_AFTER = 11


def test_the_lines(small: Pair) -> None:
    found = {line.what: line.spread for line in ragged.compare_ragged_decoding(small, [1, 6], 2, lambda text: None)}
    past, new = ragged.step_lengths(small, 6, 0)
    assert len(past) == len(new) == 6
    assert len(set(past)) > 1
    assert found["ragged: padded / compact"].median > 0
    shares = [max(new) * 6 / sum(new) for new in (ragged.step_lengths(small, 6, seed)[1] for seed in (0, 1))]
    assert found["ragged: tokens, padded / compact"].median == pytest.approx(np.median(shares))
    assert set(found) == {
        "ragged: compact", "ragged: padded / compact", "ragged: grouped / compact", "ragged: tokens, padded / compact",
    }  # fmt: skip
