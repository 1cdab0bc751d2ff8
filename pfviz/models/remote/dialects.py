"""What kinds of servers take beside the fields that all know: one row for each kind.

What is assumed of each was read in its documentation and its bug reports, or is a guess (OpenRouter, LM Studio,
SGLang); docs/endpoints.md tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

DialectName = Literal["vllm", "llama.cpp", "llama-cpp-python", "transformers", "openai", "tgi", "basic"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is asked for a step."""

    name: DialectName
    fields: Mapping[str, Any] = field(
        default_factory=dict
    )  # that switch off what it does to the distribution by itself
    neutral: bool = True  # whether nothing of that kind stays in force
    top_p: bool = True  # whether it takes a top_p of 1
    seed: bool = True
    takes_ids: bool = False  # a prompt of token ids, and the wish to be told them
    continues_messages: bool = True  # a last message of the assistant is continued, not answered
    asks_top: bool = False  # tells log-probabilities of a chat only beside those of the likeliest tokens
    keeps_stop: bool = False  # the stop that ended a text stands in it


_LLAMA_CPP: Mapping[str, Any] = {"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0, "repetition_penalty": 1.0}

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("vllm", {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}, takes_ids=True),
        Dialect("llama.cpp", _LLAMA_CPP, asks_top=True),
        Dialect("llama-cpp-python", _LLAMA_CPP, asks_top=True, continues_messages=False),
        # What it is told goes into its generation_config, see requests.py.
        Dialect("transformers", continues_messages=False, keeps_stop=True),
        Dialect("openai", neutral=False, continues_messages=False),
        Dialect("tgi", neutral=False, top_p=False),
        Dialect("basic", neutral=False, top_p=False, seed=False, continues_messages=False),
    )
}

TRIED_IN_ORDER: tuple[DialectName, ...] = ("vllm", "llama.cpp", "transformers", "openai", "tgi", "basic")
"""Richest first. A server that refuses none of its fields may still ignore them, so each stands before those that ask
for less: `transformers serve` takes what `openai` sends and is greedy then, and `tgi` sends nothing that OpenAI would
refuse, but has it continue a message."""
