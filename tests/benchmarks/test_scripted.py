"""Pairs of random weights whose steps have known lengths."""

from __future__ import annotations

import numpy as np
import pytest

import pfviz
from benchmarks.scripted import CharacterTokenizer, step_length
from benchmarks.shapes import HALF_BILLION_SHAPE, Pair, make_pair
from pfviz.types import Sampling


@pytest.fixture(scope="module")
def small() -> Pair:
    return make_pair("small", steps=3, step_tokens=8, prompt_tokens=5)


def test_an_id_is_a_character() -> None:
    tokenizer = CharacterTokenizer(1000)
    ids = [0, 5, 998, 999, 7, 999, 999]
    assert tokenizer.encode(tokenizer.decode(ids)) == ids
    assert tokenizer.decode([1, 999]).endswith("\n\n")


def test_lengths_spread_around_their_middle() -> None:
    found = [step_length(u, 40) for u in np.linspace(0, np.nextafter(1, 0), 1000)]
    assert (min(found), max(found)) == (30, 50)
    assert np.mean(found) == pytest.approx(40, abs=0.1)


def test_a_run_has_the_steps_that_were_asked_for(small: Pair) -> None:
    trace = pfviz.run(small.problems[0], particles=4, generator=small.generator, reward=small.reward, **small.settings)
    assert trace.steps == 3
    assert trace.status == "step limit"
    assert trace.tokens.min() >= 6
    assert trace.tokens.max() <= 10
    assert len(set(trace.tokens.flatten().tolist())) > 2, "ragged"
    assert np.isfinite(trace.rewards).all()


def test_only_the_ends_are_written_down(small: Pair) -> None:
    """The ids are those that the plain generator draws from the same seed."""
    from pfviz.models.decoding.causal_lm import CausalLMGenerator

    plain = CausalLMGenerator(small.generator.model, CharacterTokenizer(1280), "plain")
    plain.eos = frozenset()
    sampling = Sampling(max_step_tokens=16)
    *_, free = plain.open(small.problems[0], particles=4, seed=1, sampling=sampling).extend(range(4), 0)
    *_, made = small.generator.open(small.problems[0], particles=4, seed=1, sampling=sampling).extend(range(4), 0)
    for n in range(4):
        assert made[n].token_ids == free[n].token_ids[: len(made[n].token_ids)]
        assert made[n].end == "separator"


def test_the_same_weights_at_every_call(small: Pair) -> None:
    other = make_pair("small", steps=3, step_tokens=8, prompt_tokens=5)
    for one, two in zip(small.models, other.models, strict=True):
        assert all((a == b).all() for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_the_half_billion_shape_is_the_published_one() -> None:
    """494,032,768 parameters, as the model card of Qwen2.5-0.5B counts them (0.49 B)."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    with torch.device("meta"):
        model = Qwen2ForCausalLM(Qwen2Config(**HALF_BILLION_SHAPE, tie_word_embeddings=True))
    assert sum(p.numel() for p in model.parameters()) == 494_032_768
