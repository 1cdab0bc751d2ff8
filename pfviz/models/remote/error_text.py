"""What a server says when it refuses, made fit to be shown: short, printable, and without the key that was sent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pfviz.text import shorten

MAX_CHARACTERS = 300
"""Characters of a server's words that are passed on."""

MIN_SECRET_LENGTH = 8
"""A shorter key, such as the "EMPTY" that local servers are given, is no secret, and may stand in any text."""

CONTEXT_STATUSES = frozenset({400, 413, 422, 500})
"""Statuses of a refusal for want of room."""

_CONTEXT_FULL = re.compile(
    r"context[ _](?:length|window|size)|maximum (?:context|model|sequence) length|max_model_len|exceed_context"
    r"|(?:prompt|input|request|conversation)s?\b.{0,30}\b(?:is|are) too (?:long|large)|reduce the length"
    r"|input token count.{0,60}exceeds|too many (?:input )?tokens"
    r"|`inputs` (?:tokens \+ `max_new_tokens` must be <=|must have less than)",
    re.IGNORECASE,
)
"""How servers say that the model's context is full."""

JsonValue = TypeVar("JsonValue")


def error_message(found: Any) -> str:
    """The message in an error's body (the forms of OpenAI, vLLM and FastAPI, else the body itself), on one line, to be
    put into a sentence."""
    for name in ("error", "message", "detail"):
        if isinstance(found, Mapping) and found.get(name):
            return error_message(found[name])
    line = " ".join(str(found).split()) if found is not None else ""
    plain = "".join(character if character.isprintable() else "�" for character in line).rstrip(".")
    return shorten(plain, MAX_CHARACTERS)


def says_context_full(words: str) -> bool:
    """Whether a refusal is for want of room in the model's context."""
    return _CONTEXT_FULL.search(words) is not None


def find_error(body: Mapping[str, Any]) -> Any:
    """The error in a body that came as a success: its own, or that of its first choice; None if there is none."""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(first, Mapping) and (first.get("error") or first.get("finish_reason") == "error"):
        return first.get("error") or "the server broke off"
    return body.get("error") if first is None and "data" not in body else None


def redact_key(value: JsonValue, key: str | None) -> JsonValue:
    """A JSON value with the key blotted out of every text in it: a server may echo what it was sent."""
    return value if key is None or len(key) < MIN_SECRET_LENGTH else _redact(value, key)


def _redact(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return value.replace(key, "[key]")
    if isinstance(value, list):
        return [_redact(item, key) for item in value]
    if isinstance(value, Mapping):
        return {_redact(name, key): _redact(item, key) for name, item in value.items()}
    return value


def retry_after_seconds(header: str | None) -> float:
    """Seconds of a Retry-After header, which holds a number or a date; 0 if there is none that can be read."""
    if header is None:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0
