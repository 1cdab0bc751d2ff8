"""The forked cache gives the logits that decoding from nothing gives."""

from __future__ import annotations

import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.cache import ForkedCache, check_attention
from tests.models import tiny


def scratch(model, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0]


def everything(ids: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(ids, dtype=torch.bool)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_forked_ragged_decoding_equals_scratch(family) -> None:
    model = tiny.causal_lm(family)
    rng = torch.Generator().manual_seed(0)
    prompt = torch.randint(4, 40, (1, 5), generator=rng)
    root = ForkedCache.empty(model.device)
    root.feed(model, prompt, everything(prompt))
    cache, texts = root.fork([0] * 4), [prompt[0].tolist() for _ in range(4)]
    for turn in range(6):
        width = 3
        ids = torch.randint(4, 40, (cache.rows, width), generator=rng)
        lengths = torch.randint(1, width + 1, (cache.rows,), generator=rng)
        real = torch.arange(width)[None, :] < lengths[:, None]
        logits = cache.feed(model, ids, real)
        for row in range(cache.rows):
            texts[row] = texts[row] + ids[row, : lengths[row]].tolist()
            expected = scratch(model, texts[row])[-int(lengths[row]) :]
            assert torch.allclose(logits[row, : lengths[row]], expected, atol=1e-5), (turn, row)
        assert cache.lengths.tolist() == [len(text) for text in texts]
        if turn % 2:  # every other turn the holes stay in place
            rows = torch.randint(0, cache.rows, (4,), generator=rng).tolist()
            cache, texts = cache.fork(rows), [list(texts[row]) for row in rows]
            assert not cache.ragged
            assert cache.mask.shape[1] == max(len(text) for text in texts)


def test_a_snapshot_grows_apart() -> None:
    model = tiny.causal_lm()
    ids = torch.tensor([[5, 6, 7]])
    cache = ForkedCache.empty(model.device)
    cache.feed(model, ids, everything(ids))
    other = cache.snapshot()
    more = torch.tensor([[8, 9]])
    other.feed(model, more, everything(more))
    assert cache.lengths.tolist() == [3]
    assert other.lengths.tolist() == [5]
    logits = cache.feed(model, torch.tensor([[10]]), torch.tensor([[True]]))
    assert torch.allclose(logits[0, 0], scratch(model, [5, 6, 7, 10])[-1], atol=1e-5)


def test_no_rows_at_all() -> None:
    model = tiny.causal_lm()
    ids = torch.tensor([[5, 6]])
    cache = ForkedCache.empty(model.device)
    cache.feed(model, ids, everything(ids))
    assert cache.fork([]).fork([]).rows == 0


def test_an_empty_cache_forks() -> None:
    model = tiny.causal_lm()
    cache = ForkedCache.empty(model.device).fork([0, 0])
    ids = torch.tensor([[5], [6]])
    logits = cache.feed(model, ids, everything(ids))
    assert torch.allclose(logits[1, 0], scratch(model, [6])[-1], atol=1e-5)


def test_sliding_windows_are_refused() -> None:
    model = tiny.causal_lm(use_sliding_window=True, sliding_window=8, max_window_layers=0)
    with pytest.raises(ModelError, match="sliding window"):
        check_attention(model.config)
