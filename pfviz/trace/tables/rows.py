"""The bytes of a file → its rows, each a mapping of columns; bounded before and while they are read."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from functools import lru_cache
from typing import Any

from pfviz.errors import TraceError
from pfviz.text import describe_json
from pfviz.trace.json_limits import check_amounts, check_size

Row = dict[str, Any]

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_NUMBER = 1e300
"""What is beyond it is an infinity, or nearly one, and no score."""
_PEEKED_BYTES = 1 << 20
_PARQUET = b"PAR1"


def read_rows(data: bytes) -> list[tuple[str, Row]]:
    """Return each row with its place, such as "line 3", "item 3" or "row 3".

    Raises:
        TraceError: the file is too large, cut off, or a row is no object; the message names the place.
    """
    check_size(len(data))
    if data[:4] == _PARQUET:
        return _read_parquet(data)
    text = _decode(data)
    begin = text.lstrip()[:1]
    if begin not in ("{", "["):
        return _read_csv(text)
    check_amounts(data)
    if begin == "[":
        return _check_rows("item", parse_json(text))
    try:
        whole = parse_json(text)
    except _ExtraDataError:
        lines = [(k, line) for k, line in enumerate(text.split("\n"), start=1) if line.strip()]
        _check_number(len(lines))
        return [_check_row(f"line {k}", parse_json(line, f"line {k}")) for k, line in lines]
    return [_check_row("line 1", whole)]


@lru_cache(maxsize=1)
def peek_row(data: bytes) -> Row | None:
    """Return the first row of a file; None where there is none, or the file is of another kind. What comes after it is
    not looked at. `forget_peeked` lets the file go."""
    try:
        if data[:4] == _PARQUET:
            found = _read_parquet(data, most=1)
            return found[0][1] if found else None
        text = data[:_PEEKED_BYTES].decode("utf-8-sig", errors="ignore").lstrip()
        if text[:1] in ("{", "["):
            return _peek_json(data, text)
        rows = _read_csv(text if len(data) <= _PEEKED_BYTES else text.rpartition("\n")[0], most=1)
        return rows[0][1] if rows else None
    except TraceError:
        return None


def forget_peeked() -> None:
    """Let go of the file that was looked at last."""
    peek_row.cache_clear()


def _peek_json(data: bytes, text: str) -> Row | None:
    """The first object of a JSON file, or of an array in it."""
    check_amounts(text)
    if text[0] == "[":
        text = text[1:].lstrip()
    try:
        found, _ = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        if len(data) <= _PEEKED_BYTES:
            return None
        check_amounts(data)
        try:
            found, _ = _DECODER.raw_decode(data.decode("utf-8-sig", errors="replace").lstrip().removeprefix("["))
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


class _ExtraDataError(TraceError):
    """More than one JSON value."""


def parse_json(text: str, where: str = "") -> Any:
    """Return the value of a JSON text, NaN as None, which some writers put where nothing is known.

    Raises:
        TraceError: it is no JSON, nested too deep, or a name stands twice in an object.
    """
    before = f"{where}: " if where else ""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise TraceError(f"{before}nested deeper than any run") from error
    except TraceError as error:
        raise TraceError(f"{before}{error}") from error
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise _ExtraDataError(f"{before}no JSON: {str(error)[:200]}") from error
        raise TraceError(f"{before}no JSON: {str(error)[:200]}") from error
    except ValueError as error:  # an integer of more than 4,300 digits
        raise TraceError(f"{before}no JSON: {str(error)[:200]}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise TraceError(f"{name[:80]!r} stands twice in one object")
    return found


_CONSTANTS = {"NaN": None, "Infinity": math.inf, "-Infinity": -math.inf}
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_CONSTANTS.__getitem__)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TraceError(f"no UTF-8 at byte {error.start:,}") from error


def _check_rows(what: str, items: Any) -> list[tuple[str, Row]]:
    _check_number(len(items))
    return [_check_row(f"{what} {k}", item) for k, item in enumerate(items, start=1)]


def _check_row(where: str, row: Any) -> tuple[str, Row]:
    if not isinstance(row, dict):
        raise TraceError(f"{where}: expected a JSON object; found {describe_json(row)}")
    return where, row


def _check_number(rows: int) -> None:
    if not rows:
        raise TraceError("the file has no row")
    if rows > MAX_ROWS:
        raise TraceError(f"{rows:,} rows; at most {MAX_ROWS:,} are read. Split the file.")


def _read_csv(text: str, most: int = MAX_ROWS) -> list[tuple[str, Row]]:
    """The rows of a table with a line of names, cut at the sign that most of them are cut by. A cell that holds a JSON
    list or object is that; an empty one is None."""
    head = text.partition("\n")[0][:10_000]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[tuple[str, Row]] = []
    try:
        names = next(reader, [])
        if len(set(names)) < len(names) or not 1 < len(names) <= MAX_COLUMNS or not all(map(str.strip, names)):
            raise TraceError("a table begins with a line of at least two names, all different")
        for cells in reader:
            if not cells:
                continue
            if len(rows) == MAX_ROWS:
                raise TraceError(f"more than {MAX_ROWS:,} rows are not read. Split the file.")
            where = f"row {len(rows) + 1}"
            if len(cells) != len(names):
                raise TraceError(f"{where}: {len(cells)} cells, where the first line has {len(names)} names")
            rows.append((where, {name: _read_cell(cell) for name, cell in zip(names, cells, strict=True)}))
            if len(rows) == most == 1:
                break
    except csv.Error as error:
        raise TraceError(f"row {len(rows) + 1}: {error}") from error
    if not rows:
        raise TraceError("the table has no row")
    return rows


def _read_cell(cell: str) -> Any:
    if not cell.strip():
        return None
    if cell.lstrip()[:1] in ("[", "{"):
        try:
            return parse_json(cell)
        except TraceError:
            return cell
    return cell


def _read_parquet(data: bytes, most: int = MAX_ROWS) -> list[tuple[str, Row]]:
    """The rows of a Parquet file, some at a time, as a small file may unpack to a very large one."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise TraceError(
            "pyarrow, which reads it, is not installed; pip install pyarrow, or save the file as JSON lines"
        ) from error
    rows: list[tuple[str, Row]] = []
    size = 0
    try:
        table = pq.ParquetFile(io.BytesIO(data))
        if table.metadata.num_columns > MAX_COLUMNS:
            raise TraceError(f"{table.metadata.num_columns:,} columns; at most {MAX_COLUMNS} are read")
        for batch in table.iter_batches(batch_size=min(most, 256), use_threads=False):
            size += batch.nbytes
            check_size(size)
            for row in batch.to_pylist():
                rows.append((f"row {len(rows) + 1}", {str(name): _plain(value) for name, value in row.items()}))
                if len(rows) >= most and most == 1:
                    return rows
            _check_number(len(rows) or 1)
    except TraceError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise TraceError(f"the Parquet file is damaged ({str(error)[:200]})") from error
    _check_number(len(rows))
    return rows


def _plain(value: Any) -> Any:
    """A value as JSON would have it."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
