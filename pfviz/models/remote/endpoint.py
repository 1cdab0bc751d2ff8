"""Where a remote engine is and how it is asked.

A key is never part of an endpoint: it names the environment variable that holds the key, which is read when a request
is made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pfviz.errors import EndpointError
from pfviz.problems.problem import SEPARATOR
from pfviz.text import shorten

ENDPOINT_PREFIX = "endpoint:"
"""What stands before an endpoint's name where models are picked by name, and in a trace."""

EndpointKind = Literal["generator", "reward"]
Api = Literal["auto", "completions", "chat", "pooling"]
Dialect = Literal["vllm", "openai", "transformers"]
RewardOutput = Literal["logits", "probabilities"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model behind one address; raises `EndpointError` for a field that cannot be right.

    `prompt` is the text before a solution, with `{problem}` and, if wanted, `{system}` in it; without one the server's
    chat template makes the prompt. `extra` are further fields of every request's body (null takes a field out).
    """

    name: str
    url: str  # of the server, with or without its /v1
    model: str
    kind: EndpointKind = "generator"
    api: Api = "auto"
    dialect: Dialect = "vllm"  # whose fields are sent and understood, beside those that all know
    separator: str = SEPARATOR
    system: str | None = None
    prompt: str | None = None
    output: RewardOutput = "logits"  # what a reward model's server answers with
    timeout: float = 120.0  # seconds for one request, first byte to last
    retries: int = 3  # after the first attempt
    concurrency: int = 32  # requests at once
    key_env: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, (right, expected) in _FIELD_RULES.items():
            value = getattr(self, name)
            if not right(value):
                raise EndpointError(name, f"{name}: expected {expected}; found {_safe_repr(name, value)}")
        allowed = ("auto", "pooling") if self.kind == "reward" else ("auto", "completions", "chat")
        if self.api not in allowed:
            raise EndpointError("api", f"api: expected {' or '.join(allowed)} for a {self.kind}; found {self.api!r}")
        if self.api == "completions" and self.prompt is None:
            raise EndpointError("prompt", "prompt: expected a text with {problem} in it, as completions need one")

    @property
    def route(self) -> Literal["completions", "chat", "pooling"]:
        """The API that is spoken: where it is left open, completions for a generator with a prompt of its own."""
        if self.api != "auto":
            return self.api
        return "pooling" if self.kind == "reward" else "completions" if self.prompt is not None else "chat"

    @property
    def label(self) -> str:
        """Its name as a model's: what a trace records."""
        return ENDPOINT_PREFIX + self.name

    @property
    def root(self) -> str:
        """The server's address without a trailing /v1."""
        return self.url.rstrip("/").removesuffix("/v1")

    def read_key(self) -> str | None:
        """The key, read from the environment now; raises `EndpointError` if it is not there or cannot be sent."""
        if self.key_env is None:
            return None
        key = os.environ.get(self.key_env, "").strip()
        if not key:
            raise EndpointError(
                "key_env", f"{self.label} takes its key from the environment variable {self.key_env}, which is not set"
            )
        if not key.isascii() or not key.isprintable():
            raise EndpointError("key_env", f"the variable {self.key_env} holds characters that no header can carry")
        return key


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: Any) -> bool:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not (
            parts.username or parts.password or parts.query or parts.fragment
        )  # fmt: skip
    except ValueError:
        return False


def _integer_check(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_timeout(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600


def _choice_rule(choices: Any) -> tuple[Callable[[Any], bool], str]:
    return lambda value: value in get_args(choices), "one of " + ", ".join(get_args(choices))


_FIELD_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "name": (
        lambda value: _is_text(value) and value.isprintable() and len(value) <= 100,
        "a name of up to 100 characters",
    ),
    "url": (_is_address, "an address like http://localhost:8000, without user, password, query or fragment"),
    "model": (_is_text, "the model's name on the server"),
    "kind": _choice_rule(EndpointKind),
    "api": _choice_rule(Api),
    "dialect": _choice_rule(Dialect),
    "separator": (lambda value: isinstance(value, str) and bool(value), "a text that ends a step"),
    "system": (lambda value: value is None or _is_text(value), "a text or null"),
    "prompt": (
        lambda value: value is None or (isinstance(value, str) and "{problem}" in value),
        "a text with {problem} in it, or null",
    ),
    "output": _choice_rule(RewardOutput),
    "timeout": (_is_timeout, "a number of seconds up to 3600"),
    "retries": (_integer_check(0, 20), "an integer from 0 to 20"),
    "concurrency": (_integer_check(1, 1024), "an integer from 1 to 1024"),
    "key_env": (
        # In capitals, so that a key that is put here by mistake is not taken for a name, and shown.
        lambda value: value is None or (isinstance(value, str) and bool(re.fullmatch(r"[A-Z_][A-Z0-9_]{0,99}", value))),
        "the name of an environment variable in capitals, or null",
    ),
    "extra": (lambda value: isinstance(value, Mapping) and all(isinstance(k, str) for k in value), "an object"),
}


def _safe_repr(name: str, value: Any) -> str:
    """What was found, unless it may hold a secret: a key in an address, or one where its variable's name belongs."""
    if name in ("url", "key_env", "extra"):
        return "something else"
    shown = repr(value)
    return shorten(shown, 60)
