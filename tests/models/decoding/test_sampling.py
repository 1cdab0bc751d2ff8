"""Drawing by inverse transform."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pfviz.models.decoding.sampling import LARGE_VOCABULARY, TOKEN_SIGNALS, entropies, sample_tokens


def test_frequencies_follow_the_softmax() -> None:
    """Uniforms on a grid: the share of a token is its probability up to the grid's width, with no chance in it."""
    logits, n = torch.tensor([0.0, 1.0, -float("inf"), 2.0]), 10_000
    uniforms = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    tokens, log_probs = sample_tokens(logits.expand(n, 4), uniforms, 0.5)
    expected = torch.softmax(logits.double() / 0.5, 0)
    shares = torch.bincount(tokens, minlength=4) / n
    assert torch.allclose(shares.double(), expected, atol=2e-4)
    assert torch.allclose(log_probs, torch.log_softmax(logits.double(), 0)[tokens])  # at temperature 1


def test_temperature_zero_is_the_mode() -> None:
    logits = torch.randn(50, 9, generator=torch.Generator().manual_seed(0))
    tokens, _ = sample_tokens(logits, torch.rand(50), 0.0)
    assert torch.equal(tokens, logits.argmax(dim=1))


@pytest.mark.parametrize("temperature", [1e-300, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("uniform", [0.0, np.nextafter(1.0, 0.0)])
def test_what_has_no_mass_is_never_drawn(temperature, uniform) -> None:
    inf = float("inf")
    logits = torch.tensor([[-inf, 3.0, -inf, 2.0, -inf]])
    token, log_prob = sample_tokens(logits, torch.tensor([uniform], dtype=torch.float64), temperature)
    assert int(token) in (1, 3)
    assert torch.isfinite(log_prob).all()


def test_a_row_does_not_depend_on_the_others() -> None:
    logits = torch.randn(16, 60, generator=torch.Generator().manual_seed(1))
    uniforms = torch.rand(16, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    together, _ = sample_tokens(logits, uniforms, 0.8)
    alone = [int(sample_tokens(logits[i : i + 1], uniforms[i : i + 1], 0.8)[0]) for i in range(16)]
    assert together.tolist() == alone


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_passed_on(bad) -> None:
    _, log_prob = sample_tokens(torch.tensor([[0.0, bad]]), torch.tensor([0.5]), 1.0)
    assert not torch.isfinite(log_prob).all()


def test_entropies_are_those_of_the_distribution() -> None:
    logits = 4 * torch.randn(20, 60, generator=torch.Generator().manual_seed(3))
    expected = torch.distributions.Categorical(logits=logits.double()).entropy()
    assert torch.allclose(entropies(logits), expected, rtol=1e-12)


def test_what_has_no_mass_adds_no_entropy() -> None:
    inf = float("inf")
    logits = torch.tensor([[0.0, 0.0, -inf, -inf], [5.0, -inf, -inf, -inf], [0.0, -1e30, -1e30, -1e30]])
    assert torch.allclose(entropies(logits), torch.tensor([2.0, 1.0, 1.0]).double().log())
    assert not torch.isfinite(entropies(torch.tensor([[0.0, float("nan")]]))).any()


@given(logits=st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30), shift=st.floats(-1e4, 1e4))
def test_entropies_lie_between_knowing_and_knowing_nothing(logits, shift) -> None:
    row = torch.tensor([logits], dtype=torch.float64)
    found = float(entropies(row))
    assert 0 <= found <= np.log(len(logits)) + 1e-12
    assert float(entropies(row + shift)) == pytest.approx(found, abs=1e-7)
    before = row.clone()
    entropies(row)
    assert torch.equal(row, before)


def test_the_numbers_of_a_distribution_stay_finite_where_tokens_are_ruled_out() -> None:
    logits = torch.tensor([[0.0, 0.0, -torch.inf, -torch.inf], [5.0, 5.0, 5.0, 5.0]])
    for name, signal in TOKEN_SIGNALS.items():
        sure, flat = signal(logits).tolist()
        assert math.isfinite(sure)
        assert flat == pytest.approx({"entropy": math.log(4), "certainty": 0.0, "top": math.log(4)}[name])


# --- many tokens: the same draws, found in blocks ---------------------------------------------------------------------


def exact_draw(logits: torch.Tensor, uniform: float, temperature: float) -> int:
    """The token at a uniform, by the definition."""
    mass = torch.softmax(logits.double() / temperature, 0).cumsum(0)
    return int(torch.searchsorted(mass / mass[-1], torch.tensor(uniform, dtype=torch.float64), right=True))


@pytest.mark.parametrize("size", [LARGE_VOCABULARY + 1, 20_000])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_large_vocabulary_is_drawn_from_as_any_other(size: int, temperature: float) -> None:
    logits = 3 * torch.randn(3, size, generator=torch.Generator().manual_seed(4))
    uniforms = torch.rand(600, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    rows = [n % 3 for n in range(600)]
    tokens, log_probs = sample_tokens(logits, uniforms, temperature, rows)
    expected = [exact_draw(logits[row], float(uniforms[n]), temperature) for n, row in enumerate(rows)]
    # Single precision within a block moves the bounds between tokens by about 1e-7 of the mass.
    assert np.mean(np.array(expected) == tokens.numpy()) > 0.99
    all_log_probs = torch.log_softmax(logits.double(), 1)
    assert torch.allclose(log_probs, all_log_probs[torch.tensor(rows), tokens], atol=1e-5)


@pytest.mark.parametrize("uniform", [0.0, 0.5, np.nextafter(1.0, 0.0)])
@pytest.mark.parametrize("only", [0, 511, 512, LARGE_VOCABULARY])
def test_of_a_large_vocabulary_too_only_what_has_mass_is_drawn(uniform: float, only: int) -> None:
    logits = torch.full((1, LARGE_VOCABULARY + 1), -float("inf"))
    logits[0, only] = 2.0
    token, log_prob = sample_tokens(logits, torch.tensor([uniform], dtype=torch.float64), 0.8)
    assert (int(token), float(log_prob)) == (only, 0.0)


def test_a_row_of_a_large_vocabulary_does_not_depend_on_the_others() -> None:
    logits = torch.randn(7, LARGE_VOCABULARY + 9, generator=torch.Generator().manual_seed(6)).bfloat16()
    uniforms = torch.rand(7, dtype=torch.float64, generator=torch.Generator().manual_seed(7))
    together, log_probs = sample_tokens(logits, uniforms, 0.8)
    for i in range(7):
        token, log_prob = sample_tokens(logits[i : i + 1], uniforms[i : i + 1], 0.8)
        assert (int(token), float(log_prob)) == (int(together[i]), float(log_probs[i]))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_numbers_that_are_none_are_passed_on_from_a_large_vocabulary(bad: float, temperature: float) -> None:
    logits = torch.zeros(1, LARGE_VOCABULARY + 1)
    logits[0, 7] = bad
    _, log_prob = sample_tokens(logits, torch.tensor([0.5]), temperature)
    assert not torch.isfinite(log_prob).all()
