"""What a file looks like that is of no known format, in a sentence, and the nearest example of one that opens."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Protocol

from pfviz.errors import TraceError
from pfviz.text import describe_json, shorten
from pfviz.trace.tables.columns import list_names
from pfviz.trace.tables.rows import Row, parse_json, peek_row, read_rows

_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (or a document of an office program); unpack it"),
    (b"\x1f\x8b", "packed with gzip; unpack it"),
    (b"BZh", "packed with bzip2; unpack it"),
    (b"\xfd7zXZ", "packed with xz; unpack it"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "an Arrow file; save it as Parquet"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80", "a Python pickle, which is never opened: it could run anything; save it as JSON lines"),
)
_POINTER = b"version https://git-lfs"


class Format(Protocol):
    """What is asked of an importer."""

    @property
    def name(self) -> str: ...
    @property
    def example(self) -> str: ...


def describe_unknown(data: bytes, formats: Iterable[Format]) -> tuple[str, tuple[str, ...]]:
    """Return what the bytes of a file look like, and the example of the format that has most of its columns in common:
    of a table of solutions, where none has any."""
    row = peek_row(data)
    return _describe(data), _nearest(row or {}, formats)


def _describe(data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    if data.startswith(_POINTER):
        return "the file is a pointer of Git LFS, not the file itself; fetch it with git lfs pull"
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return f"the file is {name}"
    if data.startswith(b"PAR1"):
        return f"the file is Parquet, and {_describe_parquet(data)}"
    head = data[:4096]
    if b"\0" in head:
        return "the file is binary"
    begin = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begin == b"<":
        return "the file is HTML or XML"
    if begin in (b"{", b"["):
        return _describe_json(data, begin)
    return _describe_text(data)


def _describe_parquet(data: bytes) -> str:
    row = peek_row(data)
    if row is not None:
        return f"has the columns {list_names(tuple(row)) or '(none)'}"
    try:
        read_rows(data)
    except TraceError as error:
        return f"cannot be read: {error}"
    return "has no row"


def _describe_json(data: bytes, begin: bytes) -> str:
    row = peek_row(data)
    if row is not None:
        kind = (
            "JSON lines" if begin == b"{" and _has_more(data) else "a JSON array" if begin == b"[" else "a JSON object"
        )
        return f"the file is {kind} with the columns {list_names(tuple(row)) or '(none)'}"
    try:
        found = parse_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f"the file is no JSON: no UTF-8 at byte {error.start:,}"
    except TraceError as error:
        return f"the file is no JSON: {str(error).removeprefix('no JSON: ')}"
    return f"the file is JSON without an object in it ({describe_json(found)})"


def _has_more(data: bytes) -> bool:
    """Whether a second line begins an object."""
    return any(line.lstrip()[:1] == b"{" for line in data[: 1 << 20].split(b"\n")[1:3])


def _describe_text(data: bytes) -> str:
    try:
        text = data[:100_000].decode("utf-8-sig", errors="strict" if len(data) <= 100_000 else "ignore")
    except UnicodeDecodeError as error:
        return f"the file is no UTF-8 text (byte {error.start:,})"
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    if delimiter in first and "\n" in text.strip():
        try:
            names = next(csv.reader(io.StringIO(first[:10_000]), delimiter=delimiter), [])
        except csv.Error:
            names = []
        if len(names) > 1:
            return f"the file may be CSV, with the columns {list_names(tuple(names))}"
    return f"the file is no JSON and no table; it begins with {json.dumps(shorten(first, 40))}"


def _nearest(columns: Row, formats: Iterable[Format]) -> tuple[str, ...]:
    best, most = "", -1
    for one in formats:
        row = peek_row(one.example.encode()) if one.example else None
        if row is None:
            continue
        shared = sum(2 for name, value in columns.items() if type(value) is type(row.get(name)))
        shared += one.name == "own-table"
        if shared > most:
            best, most = one.example, shared
    return tuple(best.splitlines()[:2])
