"""A trace as JSON text. docs/trace-schema.md says what each field means; `json_file.py` reads it back.

JSON has no infinities, so a number that may be infinite is written as the string "Infinity" or "-Infinity", and
NaN, which says that a number is not known, as null; every other number is a number. What a file may hold stands in one
table: `schema.py`.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pfviz.trace.schema import FIELDS, SCHEMA_VERSION, SWEEP_FIELDS, Field


class Columns(Protocol):
    """A trace, as far as it is written: it has an attribute for each field of `FIELDS`."""

    @property
    def earlier(self) -> Sequence[Columns]: ...


def dumps(trace: Columns) -> str:
    """The trace as JSON text, one field a line, fields in the order of `FIELDS`."""
    found = encode_fields(trace, FIELDS)
    found["schema_version"] = SCHEMA_VERSION  # whatever it was read from
    found["earlier"] = [encode_fields(sweep, SWEEP_FIELDS) for sweep in trace.earlier]
    lines = [
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=True, allow_nan=False)}" for name, value in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def encode_fields(trace: Columns, fields: Iterable[Field], first: int = 0) -> dict[str, Any]:
    """The fields of a trace as JSON has them, columns from step `first` on."""
    found: dict[str, Any] = {}
    for field in fields:
        value = getattr(trace, field.name)
        if field.shape != "one":
            value = value[first:]
        if isinstance(value, np.ndarray):
            value = value.tolist()
        elif isinstance(value, Mapping):
            value = dict(value)
        elif field.kind in ("notes", "swaps"):
            value = [_encode_record(dataclasses.asdict(item)) for item in value]
        if field.infinite or field.kind == "number or null":
            value = map_numbers(value, _encode_number)
        found[field.name] = value
    return found


def _encode_record(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _encode_number(value) if isinstance(value, float) else value for name, value in item.items()}


def _encode_number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def save(trace: Columns, path: str | Path) -> None:
    """Write the trace as JSON, UTF-8."""
    Path(path).write_text(dumps(trace), encoding="utf-8")


def map_numbers(value: Any, change: Callable[[float], Any]) -> Any:
    """Apply a function to every number of nested lists."""
    return [map_numbers(item, change) for item in value] if isinstance(value, list) else change(value)
