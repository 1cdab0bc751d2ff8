"""Continuations on copies of rows: what one plain pass would have drawn, and nothing stays behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pfviz.models.decoding.caches.cache_choice import make_cache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.continuations import try_continuations
from pfviz.models.decoding.sampling import sample_tokens
from tests.models import architectures, tiny

PREFIXES, LEAD = [[5, 6, 7], [8, 9, 10, 11, 12], [13]], [20, 21, 22]


def model_of(name: str):
    model = tiny.causal_lm() if name == "qwen2" else architectures.build(name)
    return CausalLMGenerator(model, tiny.tokenizer(), "g").model


def plain(model, ids: list[int]) -> torch.Tensor:
    return architectures.compute_logits(model, ids)


@pytest.mark.parametrize("name", ["qwen2", "mamba", "rwkv"])
def test_each_is_what_a_plain_pass_draws(name) -> None:
    model = model_of(name)
    cache = make_cache(model)
    cache.select([0, 0, 0])
    cache.feed(model, PREFIXES)
    uniforms = np.random.default_rng(1).random((2, 2, 4))
    found = try_continuations(
        cache, model, [0, 2], LEAD, uniforms, temperature=0.9, is_over=lambda ids: ids[-1] % 3 == 0
    )
    for row, prefix in enumerate((PREFIXES[0], PREFIXES[2])):
        for copy, one in enumerate(found[row]):
            ids: list[int] = []
            for column in range(4):
                logits = plain(model, [*prefix, *LEAD, *ids])[-1:]
                token, log_prob = sample_tokens(logits, torch.tensor([uniforms[row, copy, column]]), 0.9)
                ids.append(int(token))
                assert one.log_probs[column] == pytest.approx(float(log_prob), abs=1e-4)
                if ids[-1] % 3 == 0:
                    break
            assert one.ids == ids
    assert cache.lengths == [3, 5, 1]
    after = cache.feed(model, [[30], [30], [30]])
    for row, prefix in enumerate(PREFIXES):
        assert after[row].double() == pytest.approx(plain(model, [*prefix, 30])[-1], abs=1e-4)


def test_a_pass_that_fails_leaves_the_cache_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of("qwen2")
    cache = make_cache(model)
    cache.feed(model, [PREFIXES[0]])
    calls = []

    def fail(ids) -> bool:
        calls.append(ids)
        raise RuntimeError("not enough memory")

    with pytest.raises(RuntimeError, match="not enough memory"):
        try_continuations(cache, model, [0], LEAD, np.zeros((1, 2, 3)), temperature=0.0, is_over=fail)
    assert (cache.rows, cache.lengths) == (1, [3])
    assert cache.feed(model, [[30]])[0].double() == pytest.approx(plain(model, [*PREFIXES[0], 30])[-1], abs=1e-4)
