"""Random checkpoints that can be asked: their tokenizers have tokens for Yes and No, as chat models' have."""

from __future__ import annotations

from typing import Any

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from tests.models import tiny

WORDS = ("\n\n", "Yes", "No", " Yes", " no", "yes")
QUESTION = "is it right"  # of characters that the tokenizer has


def tokenizer(template: bool = True) -> Any:
    return tiny.tokenizer(template, merged=WORDS)


def generator(family: str = "qwen2", *, template: bool = True, name: str = "tiny", **changes: Any) -> CausalLMGenerator:
    """A generator that may be asked to judge."""
    made = tokenizer(template)
    changes = {"max_position_embeddings": 2048, **changes}
    return CausalLMGenerator(tiny.causal_lm(family, vocabulary=len(made), **changes), made, name)
