"""State-space and hybrid models, and long rope: every particle has the logits of one plain pass, by whichever way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from transformers import BertConfig, BertForTokenClassification, BertLMHeadModel, Qwen2ForCausalLM

import pfviz
from pfviz.errors import ModelError
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.recomputing_cache import RecomputingCache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.types import Sampling
from tests.contracts import generator as contract
from tests.contracts import reward as rewards
from tests.models import architectures, tiny

# Without their special kernels these are computed by PyTorch, and say so.
pytestmark = pytest.mark.filterwarnings("ignore")

PROBLEM = Problem("1 + 2")
CACHED = ("mamba", "mamba2", "falcon_mamba", "jamba")
RECOMPUTED = ("rwkv", "recurrent_gemma", "bamba", "xlstm", "minimax", "zamba2", "nemotron_h", "roberta")


def check_two_steps(model: Any, problem: Problem = PROBLEM) -> None:
    """Two steps of three slots, a clone, a death and an exchange between them; the contract of generators is too long
    for the slow ways."""
    generator = CausalLMGenerator(model, tiny.tokenizer(), "made")
    generator.eos = frozenset()
    session = generator.open(problem, particles=3, seed=2, sampling=Sampling(max_step_tokens=4))
    texts = [generator.prompt(problem)] * 3
    for step in range(2):
        made = contract.drain(session, [0, 1, 2], step)
        for slot, one in made.items():
            count = len(one.token_ids)
            texts[slot] = [*texts[slot], *one.token_ids]
            log_probs = architectures.compute_logits(model, texts[slot]).log_softmax(1)[-count - 1 : -1]
            expected = log_probs.gather(1, torch.tensor(one.token_ids)[:, None])[:, 0].tolist()
            assert one.token_log_probs == pytest.approx(expected, abs=1e-4, rel=1e-4)
        session.select(np.array([1, 1, 0]))
        texts = [texts[1], texts[1], texts[0]]


@pytest.mark.parametrize("name", [*CACHED, *RECOMPUTED, "phi3", "llama"])
def test_a_fork_has_the_log_probabilities_of_one_plain_pass(name: str) -> None:
    model = architectures.build(name)
    check_two_steps(model)
    assert isinstance(cache_choice.make_cache(model), RecomputingCache) == (name in RECOMPUTED)


def test_the_trace_says_why_a_model_is_slow() -> None:
    generator = CausalLMGenerator(architectures.build("bamba"), tiny.tokenizer(), "slow")
    trace = pfviz.run(
        PROBLEM, generator=generator, reward=lambda problem, steps: 0.5, particles=2, max_steps=1, max_step_tokens=2
    )
    assert [note.text for note in trace.notes] == [
        "slow has a state that cannot be kept from token to token: each token computes its whole text anew."
    ]


def test_a_text_is_short_or_long_for_its_whole_life() -> None:
    """Beyond the length at which long rope changes, every token so far would get another log-probability."""
    model = architectures.build("phi3")
    generator = CausalLMGenerator(model, tiny.tokenizer(), "phi")
    long = Problem("1 + " * 12 + "2")
    assert len(generator.prompt(PROBLEM)) < architectures.SHORT < len(generator.prompt(long))
    check_two_steps(model, long)
    session = generator.open(PROBLEM, particles=2, seed=1, sampling=Sampling(max_step_tokens=100))
    assert session.notes == ["Beyond 47 tokens phi reads a text otherwise from its start: a solution ends there."]
    made = contract.drain(session, [0, 1], 0)
    assert all(step.finished for step in made.values())
    assert max(len(step.token_ids) for step in made.values()) <= architectures.SHORT - len(generator.prompt(PROBLEM))


@pytest.mark.parametrize("name", ["phi3", "llama"])
def test_rows_that_become_long_are_computed_anew_and_cut_back(name: str) -> None:
    model = architectures.build(name)
    cache = cache_choice.make_cache(model)
    start, more = [5, 6, 7] * 15, [8, 9, 10, 11, 12, 13]
    rows = [start, [*start]]

    def feed(*new: list[int]) -> None:
        found = cache.feed(model, new).double().split([len(ids) for ids in new])
        for row, ids, logits in zip(rows, new, found, strict=True):
            row += ids
            assert torch.allclose(logits, architectures.compute_logits(model, row)[-len(ids) :], atol=1e-5)

    cache.feed(model, [start])
    cache.select([0, 0])
    feed([20], more)  # the first stays short
    feed([21], [22])
    cache.lengths[1] -= 6
    del rows[1][-6:]
    cache.select([1, 0])
    rows.reverse()
    feed([23], [24, 25])
    feed([26, 27, 28], [29])


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("name", ["jamba", "mamba", "bamba", "phi3"])
def test_a_reward_model_has_the_rewards_of_one_plain_pass(name: str, whole: bool) -> None:
    """It is fed several tokens at once, and cut. A language model is one here, which says id 1 or not."""
    model = architectures.build(name, num_labels=2)
    reward = TokenClassifierReward(model, tiny.tokenizer(template=False), "judge")

    def scratch(problem: Problem, steps: list[str]) -> float:
        asked = [reward.encode_step(step, first=i == 0, whole=whole) for i, step in enumerate(steps)]
        ids = [*reward.prompt(problem), *(i for one in asked for i in one.step_ids), *asked[-1].score_ids]
        return float(torch.softmax(architectures.compute_logits(model, ids)[-1], dim=0)[1])

    rewards.incremental_equals_scratch(rewards.Case(lambda: reward, PROBLEM, scratch, whole=whole))


@pytest.mark.parametrize("kind", [BertLMHeadModel, BertForTokenClassification])
def test_a_model_that_reads_what_comes_later_is_refused(kind: Any) -> None:
    config = BertConfig(**{**tiny._SIZES, "vocab_size": len(tiny.tokenizer()), "num_labels": 2})
    adapter = CausalLMGenerator if kind is BertLMHeadModel else TokenClassifierReward
    with pytest.raises(ModelError, match=r"type 'bert' cannot be run here.*another architecture"):
        adapter(kind(config), tiny.tokenizer(), "bert")


def test_a_model_that_cannot_compute_a_text_is_refused() -> None:
    model = tiny.causal_lm("llama")
    model.config.model_type = "unheard_of"
    model.model.layers[0].self_attn.q_proj = nn.Linear(7, 7)
    with pytest.raises(ModelError, match=r"'unheard_of' cannot be run here.*cannot be computed"):
        CausalLMGenerator(model, tiny.tokenizer(), "broken")


class Forgetful(Qwen2ForCausalLM):
    """An architecture as others have been: it takes any cache, and lets it lie."""

    def forward(self, input_ids: torch.Tensor, past_key_values: Any = None, use_cache: Any = None, **_: Any) -> Any:
        return super().forward(input_ids=input_ids, use_cache=False)


def test_the_next_one_that_ignores_its_cache_is_found_out() -> None:
    model = Forgetful(tiny.causal_lm().config).eval()
    check_two_steps(model)
    assert isinstance(cache_choice.make_cache(model), RecomputingCache)


def test_a_model_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = architectures.build("mamba2")
    CausalLMGenerator(model, tiny.tokenizer(), "first")
    monkeypatch.setattr(cache_choice, "PlainLogits", lambda model: pytest.fail("it was tried again"))
    CausalLMGenerator(model, tiny.tokenizer(), "second").open(PROBLEM, particles=2, seed=0, sampling=Sampling())
