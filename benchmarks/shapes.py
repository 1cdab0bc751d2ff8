"""The pairs that are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.scripted import CharacterTokenizer, ScriptedGenerator, problem_text
from pfviz.models import registry
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem

SMALL_SHAPE: Mapping[str, Any] = {
    "vocab_size": 1280,
    "hidden_size": 192,
    "intermediate_size": 448,
    "num_hidden_layers": 4,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
}
"""Near the embedded generator's shape."""

HALF_BILLION_SHAPE: Mapping[str, Any] = {
    "vocab_size": 151_936,
    "hidden_size": 896,
    "intermediate_size": 4864,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32_768,
    "rms_norm_eps": 1e-6,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
}
"""Qwen2.5-0.5B, from its published config.json."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A generator and a reward model, and what they are measured on."""

    name: str
    generator: CausalLMGenerator
    reward: TokenClassifierReward
    problems: tuple[Problem, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    step_tokens: int | None = None  # of a scripted pair, about

    @property
    def models(self) -> tuple[Any, Any]:
        return self.generator.model, self.reward.model


def embedded_pair() -> Pair:
    """The pair that ships, on one problem of each kind."""
    generator, reward = registry.get_generator("embedded"), registry.get_reward("embedded")
    assert isinstance(generator, CausalLMGenerator)
    assert isinstance(reward, TokenClassifierReward)
    texts = (
        "Compute (12 + 7) * 3 - 45",
        "Solve 3x + 5 = 20",
        "Tom has 5 apples and buys 7 more. He eats 3. How many apples does he have?",
    )
    return Pair("embedded", generator, reward, tuple(Problem(text) for text in texts))


def random_pair(
    name: str, shape: Mapping[str, Any], dtype: str, *, steps: int = 8, step_tokens: int = 40, prompt_tokens: int = 100
) -> Pair:
    """A pair of random weights (the same at every call) that writes `steps` steps of about `step_tokens` tokens."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2ForTokenClassification

    config = {**shape, "tie_word_embeddings": True, "use_sliding_window": False}
    before = torch.get_default_dtype()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            writer = Qwen2ForCausalLM(Qwen2Config(**config)).eval().requires_grad_(False)
            judge = Qwen2ForTokenClassification(Qwen2Config(**config, num_labels=2)).eval().requires_grad_(False)
        finally:
            torch.set_default_dtype(before)
    tokenizer = CharacterTokenizer(int(shape["vocab_size"]))
    return Pair(
        name,
        ScriptedGenerator(writer, tokenizer, name, step_tokens),
        TokenClassifierReward(judge, tokenizer, name),
        (Problem(problem_text(prompt_tokens)),),
        {"max_steps": steps, "max_step_tokens": 2 * step_tokens, "max_step_characters": 1_000_000},
        step_tokens,
    )


def make_pair(name: str, **changes: Any) -> Pair:
    """By name: "embedded", "small", "0.5B-bfloat16" or "0.5B-float32"; `changes` are those of `random_pair`."""
    if name == "embedded":
        return embedded_pair()
    if name == "small":
        return random_pair(name, SMALL_SHAPE, "float32", **changes)
    return random_pair(name, HALF_BILLION_SHAPE, name.removeprefix("0.5B-"), **changes)
