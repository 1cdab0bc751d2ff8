"""The slots of one step, all at once: whether each item of a row is plainly what its field says.

A trace of a thousand particles has millions of items. What is not plainly right (an infinity, a null, a whole number
among numbers, a mistake) is left to `validate.py`, which looks at each item by itself and names the one that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from pfviz.trace.schema import MAX_TEXT, Field, Kind

MAX_NUMBER = 1e300
"""What is beyond it in a file is an infinity, or nearly one."""

_ITEM_TYPES: Mapping[Kind, type] = {
    "text": str,
    "integer": int,
    "number": float,
    "number or null": float,
    "boolean": bool,
    "integers": int,
    "numbers": float,
}


def is_plain_row(field: Field, row: list[Any]) -> bool:
    """Whether every item has the field's own type and range, and needs no conversion."""
    expected = _ITEM_TYPES.get(field.kind)
    if expected is None:
        return False
    if field.kind in ("integers", "numbers"):
        if not _all_are(row, list):
            return False
        row = list(chain.from_iterable(row))
    if not row:
        return True
    if not _all_are(row, expected):
        return False
    if expected is bool:
        return True
    if expected is str:
        return max(map(len, row)) <= MAX_TEXT and (not field.choices or set(row) <= set(field.choices))
    low, high = max(field.low, -MAX_NUMBER), min(field.high, MAX_NUMBER)
    return bool(min(row) >= low and max(row) <= high)


def _all_are(items: list[Any], expected: type) -> bool:
    """Whether all items are of exactly this type; a bool is no int."""
    return set(map(type, items)) <= {expected}
