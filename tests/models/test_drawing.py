"""Drawing by inverse transform."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pfviz.models.drawing import draw


def test_frequencies_follow_the_softmax() -> None:
    """Uniforms on a grid: the share of a token is its probability up to the grid's width, with no chance in it."""
    logits, n = torch.tensor([0.0, 1.0, -float("inf"), 2.0]), 10_000
    uniforms = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    tokens, log_probs = draw(logits.expand(n, 4), uniforms, 0.5)
    expected = torch.softmax(logits.double() / 0.5, 0)
    shares = torch.bincount(tokens, minlength=4) / n
    assert torch.allclose(shares.double(), expected, atol=2e-4)
    assert torch.allclose(log_probs, torch.log_softmax(logits.double(), 0)[tokens])  # at temperature 1


def test_temperature_zero_is_the_mode() -> None:
    logits = torch.randn(50, 9, generator=torch.Generator().manual_seed(0))
    tokens, _ = draw(logits, torch.rand(50), 0.0)
    assert torch.equal(tokens, logits.argmax(dim=1))


@pytest.mark.parametrize("temperature", [1e-300, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("uniform", [0.0, np.nextafter(1.0, 0.0)])
def test_what_has_no_mass_is_never_drawn(temperature, uniform) -> None:
    inf = float("inf")
    logits = torch.tensor([[-inf, 3.0, -inf, 2.0, -inf]])
    token, log_prob = draw(logits, torch.tensor([uniform], dtype=torch.float64), temperature)
    assert int(token) in (1, 3)
    assert torch.isfinite(log_prob).all()


def test_a_row_does_not_depend_on_the_others() -> None:
    logits = torch.randn(16, 60, generator=torch.Generator().manual_seed(1))
    uniforms = torch.rand(16, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    together, _ = draw(logits, uniforms, 0.8)
    alone = [int(draw(logits[i : i + 1], uniforms[i : i + 1], 0.8)[0]) for i in range(16)]
    assert together.tolist() == alone


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_passed_on(bad) -> None:
    _, log_prob = draw(torch.tensor([[0.0, bad]]), torch.tensor([0.5]), 1.0)
    assert not torch.isfinite(log_prob).all()
