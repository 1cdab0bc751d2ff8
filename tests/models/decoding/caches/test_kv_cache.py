"""The forked cache gives the logits that decoding from nothing gives."""

from __future__ import annotations

import pytest
import torch

from pfviz.models.decoding.caches.kv_cache import RESERVED_COLUMNS, ForkedCache
from pfviz.models.decoding.caches.packing import prepare_model
from tests.models import tiny


def scratch(model, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0]


def test_preparing_a_model_changes_none_of_its_logits() -> None:
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 1, 1]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with torch.inference_mode():
        before = tiny.causal_lm()(input_ids=ids, attention_mask=mask).logits
        after = prepare_model(prepare_model(tiny.causal_lm()))(input_ids=ids, attention_mask=mask).logits
    assert torch.equal(before, after)


@pytest.mark.parametrize("widest", [1, 4], ids=["single tokens", "packed rows"])
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_forked_ragged_rows_equal_scratch(family, widest) -> None:
    model = prepare_model(tiny.causal_lm(family))
    rng = torch.Generator().manual_seed(0)
    prompt = torch.randint(4, 40, (5,), generator=rng).tolist()
    cache = ForkedCache()
    cache.feed(model, [prompt])
    cache.select([0] * 4)
    texts = [list(prompt) for _ in range(4)]
    for turn in range(40 // widest):
        start = turn % 3  # the rows before it stay behind
        lengths = torch.randint(1, widest + 1, (4 - start,), generator=rng).tolist()
        ids = [torch.randint(4, 40, (length,), generator=rng).tolist() for length in lengths]
        logits = cache.feed(model, ids, start)
        assert len(logits) == sum(lengths)
        for row, (new, part) in enumerate(zip(ids, logits.split(lengths), strict=True), start):
            texts[row] += new
            assert torch.allclose(part, scratch(model, texts[row])[-len(new) :], atol=1e-4), (turn, row)
        assert cache.lengths == [len(text) for text in texts]
        if turn % 2:
            rows = torch.randint(0, 4, (4,), generator=rng).tolist()
            cache.select(rows)
            texts = [list(texts[row]) for row in rows]
    assert max(cache.lengths) > 5 + widest


def test_a_line_longer_than_the_room_that_was_made() -> None:
    model = prepare_model(tiny.causal_lm())
    cache, text = ForkedCache(), [5, 6]
    cache.feed(model, [text])
    for token in range(RESERVED_COLUMNS):
        logits = cache.feed(model, [[4 + token % 30]])
        text.append(4 + token % 30)
    assert torch.allclose(logits[0], scratch(model, text)[-1], atol=1e-5)


def test_a_row_is_cut_by_its_length() -> None:
    model = prepare_model(tiny.causal_lm())
    cache = ForkedCache()
    cache.feed(model, [[5, 6, 7]])
    cache.feed(model, [[8, 9]])
    cache.lengths = [3]
    assert torch.allclose(cache.feed(model, [[10]])[0], scratch(model, [5, 6, 7, 10])[-1], atol=1e-5)


def test_a_pass_that_fails_changes_nothing() -> None:
    model = prepare_model(tiny.causal_lm())
    cache = ForkedCache()
    cache.feed(model, [[5, 6, 7]])
    handle = model.lm_head.register_forward_hook(lambda *_: (_ for _ in ()).throw(RuntimeError("no")))
    with pytest.raises(RuntimeError, match="no"):
        cache.feed(model, [[11]])
    handle.remove()
    assert cache.lengths == [3]
    assert torch.allclose(cache.feed(model, [[8]])[0], scratch(model, [5, 6, 7, 8])[-1], atol=1e-5)


def test_no_rows_at_all() -> None:
    cache = ForkedCache()
    cache.feed(prepare_model(tiny.causal_lm()), [[5, 6]])
    cache.select([])
    assert cache.rows == 0


def test_a_cache_without_columns_forks() -> None:
    model = prepare_model(tiny.causal_lm())
    cache = ForkedCache()
    cache.select([0, 0])
    logits = cache.feed(model, [[5], [6]])
    assert torch.allclose(logits[1], scratch(model, [6])[-1], atol=1e-5)
