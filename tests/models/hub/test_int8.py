"""Linear layers in 8-bit integers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from pfviz.models.hub import devices, loader
from pfviz.models.hub.fingerprint import hash_weights, sample_weights
from pfviz.models.hub.int8 import Int8Linear, quantize_linears
from pfviz.models.hub.model_cache import weight_gigabytes
from tests.models import tiny


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_computes_the_layer_but_for_rounding(bias: bool, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    linear = nn.Linear(256, 48, bias=bias)
    inputs = torch.randn(3, 5, 256, generator=generator)
    exact = linear(inputs).detach()
    found = Int8Linear(linear.to(dtype))(inputs.to(dtype)).detach()
    assert found.dtype == dtype
    assert found.shape == exact.shape
    # Each product is off by at most half a level of either factor: about 1 / 127 / sqrt(12) of its size twice.
    assert float((found.float() - exact).std() / exact.std()) < 0.02


def test_a_row_does_not_depend_on_the_others() -> None:
    layer = Int8Linear(nn.Linear(64, 32))
    inputs = torch.randn(40, 64, generator=torch.Generator().manual_seed(1))
    inputs[3] *= 1000
    together = layer(inputs)
    assert all(torch.equal(layer(inputs[row : row + 1])[0], together[row]) for row in range(40))


def test_rows_of_zeros_stay_zero() -> None:
    linear = nn.Linear(16, 8, bias=False)
    nn.init.zeros_(linear.weight)
    assert not Int8Linear(linear)(torch.ones(2, 16)).any()
    assert not Int8Linear(nn.Linear(16, 8, bias=False))(torch.zeros(2, 16)).any()


def test_a_model_is_known_by_the_weights_that_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    monkeypatch.setattr(loader, "SMALL_BILLIONS", 0.0)
    monkeypatch.setattr(devices, "takes_int8", lambda place: False)
    plain = loader.load_generator(tmp_path).model
    monkeypatch.setattr(devices, "takes_int8", lambda place: True)
    small = loader.load_generator(tmp_path).model
    assert not any(isinstance(module, Int8Linear) for module in plain.modules())
    assert isinstance(small.lm_head, Int8Linear)
    assert (hash_weights(small), sample_weights(small)) == (hash_weights(plain), sample_weights(plain))


def test_an_embedding_that_shares_its_weights_with_the_head_stays() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(8, 16)
            self.head = nn.Linear(16, 8, bias=False)
            self.head.weight = self.embedding.weight

    model = Tied()
    before = model.embedding.weight.clone()
    quantize_linears(model)
    assert isinstance(model.head, Int8Linear)
    assert torch.equal(model.embedding.weight, before)


def test_what_it_takes_in_memory_is_counted() -> None:
    layer = Int8Linear(nn.Linear(1000, 1000, bias=False))
    assert weight_gigabytes(SimpleNamespace(model=layer)) == pytest.approx(1.004e6 / 1e9)
