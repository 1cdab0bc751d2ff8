"""The reply of a completions or chat completions API, read field by field: a server may send anything.

What is read of `choices[0]`: `text` or `message.content`; `finish_reason`; vLLM's `stop_reason`, `token_ids` and
`prompt_token_ids`; `logprobs`, as lists `tokens` and `token_logprobs` (completions) or as `content`, a list of objects
with `token` and `logprob` (chat). Of `usage`: `completion_tokens`. All but the text and the reason may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pfviz.text import shorten

MAX_TOKEN_ID = 2**32 - 1
"""No vocabulary is larger; the ids above are stand-ins (see `steps.py`)."""

Item = TypeVar("Item")


class MalformedError(ValueError):
    """A reply that does not fit; the message names the field, what was expected and what was found."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server wrote. None where it does not say."""

    text: str
    finish: Literal["stop", "length"]
    says_stop: bool  # whether the reply tells which stop ended it
    stop: str | int | None  # the text or token that ended it; None: the end of the sequence
    ids: tuple[int, ...] | None
    prompt_ids: tuple[int, ...] | None
    pieces: tuple[str, ...] | None  # text of each token; together they begin with `text`
    log_probs: tuple[float, ...] | None  # of each token, nats, at most 0
    count: int | None  # tokens


def read_completion(body: Mapping[str, Any], most: int) -> Completion:
    """The reply of POST /v1/completions, which was asked for at most so many tokens; raises `MalformedError`."""
    choice = _first_choice(body)
    text = _require_field(choice, "text", _is_text, "a text")
    found = choice.get("logprobs")
    tokens = log_probs = None
    if isinstance(found, Mapping):
        tokens, log_probs = found.get("tokens"), found.get("token_logprobs")
    return _build_completion(body, most, choice, text, choice.get("prompt_token_ids"), tokens, log_probs)


def read_chat(body: Mapping[str, Any], most: int) -> Completion:
    """The same of POST /v1/chat/completions. A content of null is an empty one."""
    choice = _first_choice(body)
    message = _require_field(choice, "message", lambda value: isinstance(value, Mapping), "an object")
    content = message.get("content")
    text = _require_field(
        {"message.content": "" if content is None else content}, "message.content", _is_text, "a text"
    )
    found = choice.get("logprobs")
    listed = found.get("content") if isinstance(found, Mapping) else None
    tokens = log_probs = None
    if isinstance(listed, list) and all(isinstance(item, Mapping) for item in listed):
        tokens, log_probs = [item.get("token") for item in listed], [item.get("logprob") for item in listed]
    return _build_completion(body, most, choice, text, None, tokens, log_probs)


def _first_choice(body: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = body.get("choices")
    if not (isinstance(choices, list) and choices and isinstance(choices[0], Mapping)):
        raise MalformedError(f"choices: expected a list of objects; found {_short_repr(choices)}")
    return choices[0]


def _build_completion(
    body: Mapping[str, Any],
    most: int,
    choice: Mapping[str, Any],
    text: str,
    prompt_ids: Any,
    tokens: Any,
    log_probs: Any,
) -> Completion:
    finish = _require_field(choice, "finish_reason", lambda value: value in ("stop", "length"), '"stop" or "length"')
    stop = choice.get("stop_reason")
    if not (stop is None or isinstance(stop, str | int)):
        raise MalformedError(f"choices[0].stop_reason: expected a text, a token id or null; found {_short_repr(stop)}")
    text = replace_surrogates(text)
    # A log-probability of null (a token of the prompt, or none kept) says that the step has none.
    known = _optional_list(log_probs, lambda value: is_number(value) or value is None, "numbers or null", "logprobs")
    numbers = None if not known or any(value is None for value in known) else known
    pieces = _optional_list(tokens, _is_text, "texts", "logprobs")
    pieces = None if pieces is None else tuple(replace_surrogates(piece) for piece in pieces)
    ids = _optional_list(choice.get("token_ids"), _is_id, "token ids", "token_ids")
    usage = body.get("usage")
    count = usage.get("completion_tokens") if isinstance(usage, Mapping) else None
    counts = [len(told) for told in (ids, pieces, numbers) if told]
    if counts and max(counts) > most:
        raise MalformedError(f"choices[0]: expected at most {most} tokens, as was asked; found {max(counts)}")
    return Completion(
        text=text,
        finish=finish,
        says_stop="stop_reason" in choice,
        stop=stop,
        ids=ids or None,
        prompt_ids=_optional_list(prompt_ids, _is_id, "token ids", "prompt_token_ids") or None,
        # A token that is part of a character has a text of its own kind, and then nothing can be cut by it.
        pieces=pieces if pieces and len(pieces) == counts[0] and "".join(pieces).startswith(text) else None,
        log_probs=None if numbers is None else tuple(min(0.0, float(value)) for value in numbers),
        count=counts[0] if counts else (count or None) if _is_id(count) else None,
    )


def replace_surrogates(text: str) -> str:
    """The text with a question mark for every lone surrogate, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _require_field(where: Mapping[str, Any], name: str, right: Callable[[Any], bool], expected: str) -> Any:
    value = where.get(name)
    if not right(value):
        raise MalformedError(f"choices[0].{name}: expected {expected}; found {_short_repr(value)}")
    return value


def _optional_list(value: Any, right: Callable[[Any], bool], expected: str, name: str) -> tuple[Any, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(right(item) for item in value):
        raise MalformedError(f"choices[0].{name}: expected a list of {expected}; found {_short_repr(value)}")
    return tuple(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """Whether it is a number that is finite, and stays so when it is added to others."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e100 < value < 1e100


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_TOKEN_ID


def _short_repr(value: Any) -> str:
    """What was found, in a few printable characters."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    return shorten(json.dumps(value), 60)
