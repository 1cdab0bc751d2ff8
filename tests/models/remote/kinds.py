"""Kinds of servers, as far as they differ from vLLM: what each refuses and how, and how its replies look.

Over the finite language of `fake.py`, and by what was read of each kind in its documentation and its bug reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tests.models.remote import fake
from tests.models.remote.fake import Fake, Odd

Body = dict[str, Any]
COMMON = {"model", "messages", "prompt", "max_tokens", "temperature", "top_p", "seed", "stop", "logprobs"}


BROKEN_BOUND = "1 validation error: {'loc': ('body', 'top_k'), 'msg': 'Input should be greater than or equal to 0'}"


def refusal(status: int, words: str) -> Odd:
    return Odd(status, json.dumps({"error": {"message": words}}).encode())


def refuse_nothing(body: Body) -> Odd | None:
    return None


def refuse_as_llama_cpp_python(body: Body) -> Odd | None:
    """A bound of pydantic that is broken becomes an error of the server; fields that it does not know are ignored."""
    return refusal(500, BROKEN_BOUND) if body.get("top_k", 0) < 0 else None


def refuse_as_transformers(body: Body) -> Odd | None:
    unknown = body.keys() - COMMON - {"generation_config"}
    return refusal(422, f"Unexpected fields in the request: {unknown}") if unknown else None


def refuse_as_openai(body: Body) -> Odd | None:
    unknown = sorted(body.keys() - COMMON)
    return refusal(400, f"Unrecognized request argument supplied: {unknown[0]}") if unknown else None


def refuse_as_tgi(body: Body) -> Odd | None:
    return None if 0 < body.get("top_p", 0.5) < 1 else refusal(422, "Input validation error: `top_p` must be < 1.0")


def refuse_as_open_router(body: Body) -> Odd | None:
    return refusal(400, "top_k: Number must be greater than or equal to 0") if body.get("top_k", 0) < 0 else None


def refuse_as_gateway(body: Body) -> Odd | None:
    unknown = body.keys() - (COMMON - {"seed", "top_p"})
    return refusal(422, f"Extra inputs are not permitted: {sorted(unknown)}") if unknown else None


def finish_in_words_of_tgi(choice: Body, ended: bool, length: bool) -> None:
    choice["finish_reason"] = "length" if length else "eos_token" if ended else "stop_sequence"


def keep_the_stop(choice: Body, ended: bool, length: bool) -> None:
    if not ended and not length:
        holder, name = (choice["message"], "content") if "message" in choice else (choice, "text")
        holder[name] += "\n\n"


def speak_as_ollama(choice: Body, ended: bool, length: bool) -> None:
    if "message" in choice:
        choice["message"]["reasoning"] = ""


def speak_as_open_router(choice: Body, ended: bool, length: bool) -> None:
    """Thoughts apart, null where the model thinks still, a reason in the provider's own words."""
    choice["native_finish_reason"] = "whatever"
    choice["logprobs"] = choice.get("logprobs")
    if "message" in choice:
        message = choice["message"]
        message |= {"content": None, "reasoning": message["content"], "refusal": None}


def speak_in_parts(choice: Body, ended: bool, length: bool) -> None:
    choice["finish_reason"] = "length" if length else "end_turn" if ended else "stop"
    if "message" in choice:
        text = choice["message"]["content"]
        parts: list[Body] = [{"type": "thinking", "thinking": []}, {"type": "text", "text": text[:1]}]
        choice["message"]["content"] = [*parts, {"type": "text", "text": text[1:]}]


@dataclass(frozen=True)
class Kind:
    """One kind of server, and what is to come of asking it."""

    dialect: str  # in which it is to be asked
    refuse: Callable[[Body], Odd | None] = refuse_nothing
    speak: Callable[[Body, bool, bool], None] = lambda choice, ended, length: None
    like_vllm: bool = False
    continues: bool = True
    owner: str | None = None
    base: str = "/v1"
    own_samplers: bool = False  # that cannot be switched off, or perhaps not
    repeats: bool = True  # takes a seed

    def serving(self) -> AbstractContextManager[Fake]:
        return fake.serving(
            extended=self.like_vllm,
            continues=self.continues,
            speak=self.speak,
            owner=self.owner,
            base=self.base,
            asks_top=self.owner == "me",
            odd=lambda path, body, turn: self.refuse(body) if body else None,
        )


KINDS: Mapping[str, Kind] = {
    "vLLM": Kind("vllm", like_vllm=True, owner="vllm"),
    "llama.cpp": Kind("llama.cpp", owner="llamacpp"),
    "llama-cpp-python": Kind("llama-cpp-python", refuse_as_llama_cpp_python, continues=False, owner="me"),
    "transformers serve": Kind("transformers", refuse_as_transformers, keep_the_stop, continues=False),
    "OpenAI": Kind("openai", refuse_as_openai, continues=False, owner="system", own_samplers=True),
    "TGI": Kind("tgi", refuse_as_tgi, finish_in_words_of_tgi, owner="a/model", own_samplers=True),
    "Ollama": Kind("llama.cpp", speak=speak_as_ollama, owner="library", own_samplers=True),
    "OpenRouter": Kind("llama.cpp", refuse_as_open_router, speak_as_open_router, base="/api/v1"),
    "a strict gateway": Kind(
        "basic", refuse_as_gateway, speak_in_parts, continues=False, base="/api/v3", own_samplers=True, repeats=False
    ),
}
