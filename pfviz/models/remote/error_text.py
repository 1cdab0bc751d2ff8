"""What a server says when it refuses, made fit to be shown: short, printable, and without the key that was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pfviz.text import shorten

MAX_CHARACTERS = 300
"""Characters of a server's words that are passed on."""

MIN_SECRET_LENGTH = 8
"""A shorter key, such as the "EMPTY" that local servers are given, is no secret, and may stand in any text."""

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
