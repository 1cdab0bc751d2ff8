"""The rows of a file: JSON lines, an object each, or one JSON array of objects; also behind a byte order mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pfviz.errors import PfvizError

Row = dict[str, Any]


def read_rows(path: Path, error: type[PfvizError]) -> list[tuple[str, Row]]:
    """Return each row with its place, such as "f.jsonl, line 3" or "f.json, item 3"; blank lines are passed over.

    Raises:
        `error`: the file cannot be read, or a row is no JSON object; the message names its place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise error(f"{path} cannot be read: {cause}") from cause
    items = _parse_array(text)
    if items is not None:
        return [_check_row(f"{path}, item {place}", item, item, error) for place, item in enumerate(items, start=1)]
    rows = []
    for place, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_check_row(f"{path}, line {place}", _parse(line), line, error))
    return rows


def _parse_array(text: str) -> list[Any] | None:
    """The items, where the whole text is one JSON array that holds an object, or nothing."""
    found = _parse(text) if text.lstrip().startswith("[") else None
    is_array = isinstance(found, list) and (not found or any(isinstance(item, dict) for item in found))
    return found if is_array else None


def _parse(text: str) -> Any:
    """The value that a JSON text holds; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _check_row(where: str, row: Any, written: Any, error: type[PfvizError]) -> tuple[str, Row]:
    if not isinstance(row, dict):
        raise error(f"{where}: expected a JSON object; found {str(written)[:60]!r}")
    return where, row
