"""Random checkpoints of a few thousand weights, and a character tokenizer, built on the spot: no network."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForTokenClassification,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2ForTokenClassification,
)

CHARACTERS = "0123456789+-*/=(){}\\ abcdefghijklmnopqrstuvwxyzCS\n"
TEMPLATE = (
    "{% for m in messages %}<user>{{ m['content'] }}<end>{% endfor %}{% if add_generation_prompt %}<solver>{% endif %}"
)


def tokenizer(template: bool = True, merged: tuple[str, ...] = ("\n\n",)) -> Any:
    """Characters, the given longer tokens, and <end> as the end of a sequence."""
    words = ["<unk>", "<end>", "<user>", "<solver>", *CHARACTERS, *merged]
    core = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    pattern = "|".join([*(m.replace("\n", r"\n") for m in merged), r"[\s\S]"])
    core.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
    core.decoder = decoders.Fuse()
    core.add_special_tokens(["<unk>", "<end>", "<user>", "<solver>"])
    made = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<end>", pad_token="<end>", unk_token="<unk>")
    if template:
        made.chat_template = TEMPLATE
    return made


_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "eos_token_id": 1,
    "pad_token_id": 1,
    "bos_token_id": None,
    "initializer_range": 0.3,
}
FAMILIES = {
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, Qwen2ForTokenClassification),
    "llama": (LlamaConfig, LlamaForCausalLM, LlamaForTokenClassification),
}


def causal_lm(family: str = "qwen2", vocabulary: int | None = None, seed: int = 0, **changes: Any) -> Any:
    """A language model with random weights; a larger `initializer_range` than usual makes its draws varied."""
    config, kind, _ = FAMILIES[family]
    return _made(kind, config, vocabulary, seed, changes)


def classifier(family: str = "qwen2", vocabulary: int | None = None, seed: int = 1, **changes: Any) -> Any:
    """A two-label token classifier with random weights."""
    config, _, kind = FAMILIES[family]
    return _made(kind, config, vocabulary, seed, {"num_labels": 2, **changes})


def _made(kind: Any, config: Any, vocabulary: int | None, seed: int, changes: dict[str, Any]) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        size = vocabulary or len(tokenizer())
        return kind(config(**{**_SIZES, "vocab_size": size, **changes})).eval()
