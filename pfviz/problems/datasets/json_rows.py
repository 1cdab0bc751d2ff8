"""The rows of a file: JSON lines, an object each; one JSON array of objects; a table of comma-separated values."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from pfviz.errors import PfvizError

Row = dict[str, Any]


def read_rows(path: Path, error: type[PfvizError]) -> list[tuple[str, Row]]:
    """Return each row with its place, such as "f.jsonl, line 3" or "f.json, item 3"; blank lines are passed over, and
    so is a byte order mark. A file whose name ends with .csv is a table, its first line the names of the columns.

    Raises:
        `error`: the file cannot be read, or a row is no JSON object; the message names its place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise error(f"{path} cannot be read: {cause}") from cause
    if path.suffix.lower() == ".csv":
        return _read_table(path, text, error)
    items = _parse_array(text)
    if items is not None:
        return [_check_row(f"{path}, item {place}", item, item, error) for place, item in enumerate(items, start=1)]
    rows = []
    for place, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_check_row(f"{path}, line {place}", _parse(line), line, error))
    return rows


def _read_table(path: Path, text: str, error: type[PfvizError]) -> list[tuple[str, Row]]:
    """The rows of comma-separated values; a cell that is not there is not among a row's columns."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            if None in row:
                raise error(f"{path}, line {reader.line_num}: the row has more cells than the first line has names")
            rows.append((f"{path}, line {reader.line_num}", {k: v for k, v in row.items() if v is not None}))
    except csv.Error as cause:
        raise error(f"{path}, line {reader.line_num}: {cause}") from cause
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
