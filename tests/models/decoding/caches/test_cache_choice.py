"""Which cache an architecture gets, and that with it every particle has the logits that it has from nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    Lfm2Config,
    Lfm2ForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    MistralForTokenClassification,
    Olmo2Config,
    Olmo2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

import pfviz
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.per_row_cache import PerRowCache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.types import Sampling
from tests.contracts import generator as contract
from tests.contracts import reward as rewards
from tests.models import tiny

# A convolution without its special kernels says so, and is computed by PyTorch.
pytestmark = pytest.mark.filterwarnings("ignore:.*causal_conv1d.*")

PROBLEM = Problem("compute 1 + 2")
ROW_BY_ROW: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "sliding windows": (MistralConfig, MistralForCausalLM, {"sliding_window": 6}),
    "windows in some layers": (
        Gemma3TextConfig,
        Gemma3ForCausalLM,
        {"head_dim": 8, "sliding_window": 6, "layer_types": ["sliding_attention", "full_attention"]},
    ),
    "convolutions in some layers": (Lfm2Config, Lfm2ForCausalLM, {"layer_types": ["conv", "full_attention"]}),
    "eager attention": (Qwen3Config, Qwen3ForCausalLM, {"attn_implementation": "eager", "head_dim": 8}),
}
FORKED: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "mistral": (MistralConfig, MistralForCausalLM, {"sliding_window": None}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, {"head_dim": 8}),
    "olmo2": (Olmo2Config, Olmo2ForCausalLM, {}),
    "granite": (GraniteConfig, GraniteForCausalLM, {}),
}


def made(kind: tuple[Any, Any, dict[str, Any]], **changes: Any) -> Any:
    config, model, options = kind
    with torch.random.fork_rng():
        torch.manual_seed(3)
        sizes = {**tiny._SIZES, "vocab_size": len(tiny.tokenizer()), "eos_token_id": [1, 40], **options, **changes}
        return model(config(**sizes)).eval()


def case(model: Any) -> contract.Case:
    generator = CausalLMGenerator(model, tiny.tokenizer(), "made")

    def scratch(problem: Problem, prefix: Any, ids: Any) -> float:
        given = [*generator.prompt(problem), *prefix]
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([[*given, *ids]]), use_cache=False).logits[0].double()
        log_probs = torch.log_softmax(logits[len(given) - 1 : -1], dim=1)
        return float(log_probs.gather(1, torch.tensor(ids)[:, None]).sum())

    return contract.Case(lambda: generator, PROBLEM, scratch)


@pytest.mark.parametrize("name", [*ROW_BY_ROW, *FORKED])
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_the_contract_holds_for_every_kind_of_attention(name: str, check: Any) -> None:
    model = made((ROW_BY_ROW | FORKED)[name])
    check(case(model))
    assert cache_choice.uses_forked_cache(model) == (name in FORKED)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("check", rewards.CHECKS, ids=lambda check: check.__name__)
def test_a_reward_model_with_sliding_windows(check: Any, whole: bool) -> None:
    """As a whole, the separator is fed and taken back: a window cannot be cut, so the row is computed anew."""
    model = made((MistralConfig, MistralForTokenClassification, {"sliding_window": 6}), num_labels=2)
    tokenizer = tiny.tokenizer(template=False)
    reward = TokenClassifierReward(model, tokenizer, "windows")

    def scratch(problem: Problem, steps: list[str]) -> float:
        asked = [reward.encode_step(step, first=i == 0, whole=whole) for i, step in enumerate(steps)]
        ids = [*reward.prompt(problem), *(i for one in asked for i in one.step_ids), *asked[-1].score_ids]
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].double()
        return float(torch.softmax(logits, dim=0)[1])

    check(rewards.Case(lambda: reward, PROBLEM, scratch, whole=whole))


def test_the_trace_says_that_particles_are_computed_one_by_one() -> None:
    generator = CausalLMGenerator(made(ROW_BY_ROW["sliding windows"]), tiny.tokenizer(), "windows")
    common: dict[str, Any] = {
        "reward": lambda problem, steps: 0.5,
        "particles": 2,
        "max_steps": 2,
        "max_step_tokens": 4,
    }
    trace = pfviz.run(PROBLEM, generator=generator, **common)
    assert [note.text for note in trace.notes] == [
        "windows has a kind of attention or state that cannot be forked: every particle is computed by itself."
    ]
    forked = CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "columns")
    assert not pfviz.run(PROBLEM, generator=forked, **common).notes


def test_a_model_that_loses_the_packing_is_found_out() -> None:
    """An architecture whose layers do not hand on what its attention is told would mix up the rows."""
    model = made(FORKED["olmo2"])
    plain = model.model.layers[0].self_attn.forward

    def forgetful(*arguments: Any, packing: Any = None, **options: Any) -> Any:
        return plain(*arguments, **options)

    model.model.layers[0].self_attn.forward = forgetful
    cache_choice.prepare_for_cache(model)
    assert not cache_choice.uses_forked_cache(model)
    assert isinstance(cache_choice.make_cache(model), PerRowCache)


def test_an_architecture_that_is_not_known() -> None:
    """Forked or not, as it turns out when it is tried: its draws are those from nothing."""
    contract.fork_equals_scratch(case(made((GPTNeoXConfig, GPTNeoXForCausalLM, {}))))


def test_a_copy_is_made_only_for_a_clone() -> None:
    model = made(ROW_BY_ROW["sliding windows"])
    cache = PerRowCache()
    cache.feed(model, [[5, 6, 7]])
    first = cache._held[0].past
    cache.select([0, 0])
    assert cache._held[0].past is first
    assert cache._held[1].past is not first
    cache.select([1])
    assert cache.rows == 1


def test_a_step_that_is_given_up_leaves_nothing_behind() -> None:
    generator = CausalLMGenerator(made(ROW_BY_ROW["convolutions in some layers"]), tiny.tokenizer(), "conv")
    straight, broken = (
        generator.open(PROBLEM, particles=3, seed=5, sampling=Sampling(max_step_tokens=6)) for _ in range(2)
    )
    drafting = broken.extend([0, 1, 2], 0)
    next(iter(drafting))
    drafting.close()  # type: ignore[attr-defined]
    for session in (straight, broken):
        contract.drain(session, [0, 1, 2], 0)
        session.select(np.array([1, 1, 2]))
    one, other = contract.drain(straight, [0, 1], 1), contract.drain(broken, [0, 1], 1)
    assert [step.token_ids for step in one.values()] == [step.token_ids for step in other.values()]


def test_a_pass_that_fails_leaves_a_row_that_can_be_fed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = made(ROW_BY_ROW["sliding windows"])
    cache = PerRowCache()
    cache.feed(model, [[5, 6, 7]])
    with monkeypatch.context() as patch:
        patch.setattr(model.lm_head, "forward", lambda hidden: 1 / 0)  # after every layer has written into the cache
        with pytest.raises(ZeroDivisionError):
            cache.feed(model, [[8]])
    assert cache.lengths == [3]
    with torch.inference_mode():
        expected = model(input_ids=torch.tensor([[5, 6, 7, 8]]), use_cache=False).logits[0, -1]
    assert torch.allclose(cache.feed(model, [[8]])[0], expected, atol=1e-5)
