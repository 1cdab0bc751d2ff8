"""The settings that change a prompt: the system's turn, and worked examples, both as the text that a trace keeps.

Both may be left to the model's card, or be `NONE`: then there are none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pfviz.errors import SettingError
from pfviz.text import shorten

NONE = "none"
MAX_SYSTEM_CHARACTERS = 4000
MAX_EXAMPLES, MAX_EXAMPLES_CHARACTERS = 64, 40_000

Examples = tuple[tuple[str, str], ...]


def check_system(name: str, given: Any) -> str:
    """The system's turn as it is recorded; raises `SettingError` for what is no text, or too long."""
    if not isinstance(given, str):
        raise SettingError(name, f"System prompt is {shorten(repr(given), 40)}; it must be a text.")
    text = given.replace("\r\n", "\n").strip()
    if len(text) > MAX_SYSTEM_CHARACTERS:
        raise SettingError(
            name, f"System prompt has {len(text):,} characters; it must be at most {MAX_SYSTEM_CHARACTERS:,}."
        )
    if not all(character.isprintable() or character in "\n\t" for character in text):
        raise SettingError(name, "System prompt holds control characters; it must be plain text.")
    return text


def check_examples(name: str, given: Any) -> str:
    """Examples as they are recorded, a JSON list of [problem, solution], from such a list, pairs, or the lines of a
    JSONL file with `problem` and `solution`; raises `SettingError` for anything else, with the line."""
    if isinstance(given, str):
        text = given.strip()
        if text in ("", NONE):
            return text
        given = _read_json_list(name, text) if text.startswith("[") else _read_lines(name, text)
    if not isinstance(given, Sequence):
        raise SettingError(name, f"Examples is {shorten(repr(given), 40)}; it must be pairs of problem and solution.")
    pairs = [_read_pair(name, place, one) for place, one in enumerate(given, start=1)]
    text = json.dumps(pairs, ensure_ascii=False) if pairs else NONE
    if len(pairs) > MAX_EXAMPLES or len(text) > MAX_EXAMPLES_CHARACTERS:
        raise SettingError(
            name,
            f"Examples has {len(pairs)} of {len(text):,} characters; at most {MAX_EXAMPLES} of "
            f"{MAX_EXAMPLES_CHARACTERS:,} are taken.",
        )
    return text


def parse_system(recorded: str) -> str | None:
    """What `WritingOptions` has for it."""
    return {"": None, NONE: ""}.get(recorded, recorded)


def parse_examples(recorded: str) -> Examples | None:
    """What `WritingOptions` has for them, from what `check_examples` made."""
    if recorded in ("", NONE):
        return () if recorded else None
    return tuple((str(problem), str(solution)) for problem, solution in json.loads(recorded))


def _read_json_list(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingError(name, f"Examples has no JSON: {str(error)[:80]}.") from error


def _read_lines(name: str, text: str) -> list[Any]:
    found = []
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise SettingError(name, f"Examples has no JSON in line {place} ({str(error)[:80]}).") from error
    return found


def _read_pair(name: str, place: int, given: Any) -> tuple[str, str]:
    pair = (given.get("problem"), given.get("solution")) if isinstance(given, Mapping) else given
    is_pair = isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
    if not is_pair or not all(isinstance(text, str) and text.strip() for text in pair):
        raise SettingError(
            name, f"Examples has no pair as number {place}: an object with the texts problem and solution is expected."
        )
    return str(pair[0]).strip(), str(pair[1]).strip()
