"""How much a trace file may hold: counted before the file is parsed, as what is parsed takes many times the room of its
text. An empty list has two characters and takes 64 bytes."""

from __future__ import annotations

import re

import numpy as np

from pfviz.errors import TraceError

MAX_BYTES = 64 * 1024 * 1024
MAX_LISTS = 4_000_000
"""Lists and objects. A cell, a slot at a step, has five; a file of `MAX_BYTES` has room for some 600,000 cells."""
MAX_TEXTS = 1_500_000
"""Texts, and names in objects. A cell has two."""
MAX_VALUES = 12_000_000
"""Commas, near enough: each number of a file, of `MAX_BYTES` in all, is then longer than four digits."""


def check_size(size: int) -> None:
    """Raise `TraceError` if a file of so many bytes, or a text of so many characters, is larger than any trace."""
    if size > MAX_BYTES:
        raise TraceError(f"{size:,} bytes; a trace has at most {MAX_BYTES:,}")


_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def check_amounts(text: str | bytes) -> None:
    """Raise `TraceError` if JSON text is too long or has too many values."""
    check_size(len(text))
    _check_count(_count(text, '"') // 2, MAX_TEXTS, "texts and names")
    if _count(text, "[{") > MAX_LISTS or _count(text, ",") > MAX_VALUES:
        # Perhaps they stand in texts. These are few now, so that leaving them out takes no room.
        text = _TEXT.sub("", text if isinstance(text, str) else text.decode("latin-1"))
    _check_count(_count(text, "[{"), MAX_LISTS, "lists and objects")
    _check_count(_count(text, ","), MAX_VALUES, "values")


def _count(text: str | bytes, signs: str) -> int:
    if isinstance(text, str):
        return sum(text.count(sign) for sign in signs)
    letters = np.frombuffer(text, dtype=np.uint8)  # ten times as fast as bytes.count, where there are very many
    return sum(int(np.count_nonzero(letters == ord(sign))) for sign in signs)


def _check_count(found: int, most: int, what: str) -> None:
    if found > most:
        raise TraceError(f"{found:,} {what}; a trace has at most {most:,}")
