"""A trace on disk: JSON, checked field by field when it is read. docs/trace-schema.md says what each field means.

JSON has no infinities, so a number that may be infinite is written as the string "Infinity" or "-Infinity"; every
other number is a number. What a file may hold stands in one table, `FIELDS`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pfviz.errors import TraceError
from pfviz.trace.columns import SCHEMA_VERSION, Trace

MAX_BYTES = 64 * 1024 * 1024
"""A larger file is not read."""
MAX_PARTICLES = 4096
MAX_STEPS = 4096
MAX_TEXT = 100_000
"""Characters of one text."""

Shape = Literal["one", "T", "T×N"]
Kind = Literal["text", "text or null", "integer", "number", "boolean", "object of texts", "settings", "integers"]


@dataclass(frozen=True, slots=True)
class Field:
    """What one field of the file must be."""

    name: str
    shape: Shape
    kind: Kind
    low: float = -math.inf  # of numbers: the smallest allowed
    high: float = math.inf
    infinite: bool = False  # of numbers: "Infinity" and "-Infinity" are allowed
    choices: tuple[str, ...] = ()  # of texts: the only ones allowed

    @property
    def expected(self) -> str:
        """The kind in words, as an error and the document say it."""
        words = {"integers": "list of integers", "settings": 'object with an integer "particles"'}.get(
            self.kind, self.kind
        )
        if self.choices:
            return words + ", one of " + ", ".join(json.dumps(choice) for choice in self.choices)
        low, high = _short(self.low), _short(self.high)
        if low and high:
            words += f" from {low} to {high}"
        elif low:
            words += f" ≥ {low}"
        elif high:
            words += f" ≤ {high}"
        return words + (', "Infinity" or "-Infinity"' if self.infinite else "")


def _short(value: float) -> str:
    return "" if math.isinf(value) else f"{value:g}" if value < 1e6 else str(int(value))


_I63 = 2**53  # what every JSON reader takes exactly

FIELDS: tuple[Field, ...] = (
    Field("schema_version", "one", "integer", SCHEMA_VERSION, SCHEMA_VERSION),
    Field("problem", "one", "text"),
    Field("truth", "one", "text or null"),
    Field("generator", "one", "text"),
    Field("reward", "one", "text"),
    Field("method", "one", "text"),
    Field("settings", "one", "settings"),
    Field("seed", "one", "integer", 0),
    Field("versions", "one", "object of texts"),
    Field("started", "one", "text"),
    Field("status", "one", "text", choices=("running", "finished", "step limit", "stopped")),
    Field("uids", "T×N", "integer", 0, _I63),
    Field("ancestors", "T×N", "integer", 0, MAX_PARTICLES - 1),
    Field("rewards", "T×N", "number", 0, 1),
    Field("log_carried", "T×N", "number", infinite=True),
    Field("log_weights", "T×N", "number", infinite=True),
    Field("finished", "T×N", "boolean"),
    Field("tokens", "T×N", "integer", 0, _I63),
    Field("log_probs", "T×N", "number", infinite=True),
    Field("texts", "T×N", "text"),
    Field("token_ids", "T×N", "integers", 0, _I63),
    Field("ends", "T×N", "text", choices=("separator", "eos", "boxed", "tokens", "characters", "")),
    Field("ess", "T", "number", 0),
    Field("resampled", "T", "boolean"),
    Field("log_evidence", "T", "number", infinite=True),
    Field("temperatures", "T", "number", 0, infinite=True),
    Field("seconds", "T", "number", 0),
)
_BY_NAME = {field.name: field for field in FIELDS}


def dumps(trace: Trace) -> str:
    """The trace as JSON text, one field a line, fields in the order of `FIELDS`."""
    lines = []
    for field in FIELDS:
        value = getattr(trace, field.name)
        if isinstance(value, np.ndarray):
            value = value.tolist()
        elif isinstance(value, Mapping):
            value = dict(value)
        if field.infinite:
            value = _map(value, lambda x: x if math.isfinite(x) else "Infinity" if x > 0 else "-Infinity")
        lines.append(f"{json.dumps(field.name)}: {json.dumps(value, ensure_ascii=True, allow_nan=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def save(trace: Trace, path: str | Path) -> None:
    """Write the trace as JSON, UTF-8."""
    Path(path).write_text(dumps(trace), encoding="utf-8")


def load(path: str | Path) -> Trace:
    """Read a trace that `save` wrote.

    Raises:
        TraceError: the file is missing, too large, damaged or of another kind; the message names the field.
    """
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise TraceError(f"{path}: {size} bytes; a trace has at most {MAX_BYTES}")
        return loads(Path(path).read_bytes())
    except OSError as error:
        raise TraceError(f"{path}: cannot be read ({error.strerror})") from error


def loads(text: str | bytes) -> Trace:
    """Read a trace from JSON text, every field checked.

    Raises:
        TraceError: damaged or foreign; the message names the field and index, what was expected and what was found.
    """
    from pfviz.trace.consistent import check_consistent

    data = _parse(text)
    if not isinstance(data, dict):
        raise TraceError(f"a trace is a JSON object; found {_show(data)}")
    if "schema_version" in data and "problem" in data:  # a trace, so of a later version perhaps: say that first
        _check(_BY_NAME["schema_version"], data["schema_version"], 0, 0)
    if missing := [field.name for field in FIELDS if field.name not in data]:
        raise TraceError(f"{missing[0]}: is missing; a trace has the fields {', '.join(_BY_NAME)}")
    if unknown := [name for name in data if name not in _BY_NAME]:
        raise TraceError(f"{unknown[0][:80]!r}: is no field of a trace of schema version {SCHEMA_VERSION}")
    _check(_BY_NAME["settings"], data["settings"], 0, 0)
    particles = data["settings"]["particles"]
    if not isinstance(data["rewards"], list) or len(data["rewards"]) > MAX_STEPS:
        raise TraceError(f"rewards: expected a list of 0 to {MAX_STEPS} steps; found {_show(data['rewards'])}")
    steps = len(data["rewards"])
    values = {field.name: _check(field, data[field.name], steps, particles) for field in FIELDS}
    trace = Trace(**{name: _column(_BY_NAME[name], value, steps, particles) for name, value in values.items()})
    check_consistent(trace)
    return trace


def _parse(text: str | bytes) -> Any:
    def refuse(word: str) -> Any:
        raise TraceError(f'the bare word {word} is no JSON; an infinite number is written as the string "-Infinity"')

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            raise TraceError(f"{next(n for n in names if names.count(n) > 1)[:80]!r}: stands twice in one object")
        return found

    if len(text) > MAX_BYTES:
        raise TraceError(f"{len(text)} bytes; a trace has at most {MAX_BYTES}")
    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except RecursionError as error:
        raise TraceError("the file is nested deeper than any trace") from error
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, an integer of more than 4,300 digits
        raise TraceError(f"the file is no JSON: {str(error)[:200]}") from error


def _check(field: Field, value: Any, steps: int, particles: int) -> Any:
    """The value with each item checked and converted; raises TraceError that names the item."""
    if field.shape == "one":
        return _item(field, field.name, value)
    rows = _list(field.name, value, steps, "steps")
    if field.shape == "T":
        return [_item(field, f"{field.name}[{t}]", item) for t, item in enumerate(rows)]
    return [
        [_item(field, f"{field.name}[{t}][{n}]", item) for n, item in enumerate(_row(field.name, t, row, particles))]
        for t, row in enumerate(rows)
    ]


def _row(name: str, t: int, row: Any, particles: int) -> list[Any]:
    return _list(f"{name}[{t}]", row, particles, "slots")


def _list(where: str, value: Any, length: int, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != length:
        raise TraceError(f"{where}: expected a list of {length} {what}; found {_show(value)}")
    return value


def _item(field: Field, where: str, value: Any) -> Any:
    if not _CHECKS[field.kind](field, value):
        raise TraceError(f"{where}: expected {field.expected}; found {_show(value)}")
    return float(value) if field.kind == "number" else value


def _is_text(field: Field, value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and (not field.choices or value in field.choices)


def _is_integer(field: Field, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and field.low <= value <= field.high


def _is_number(field: Field, value: Any) -> bool:
    if isinstance(value, str):
        return field.infinite and value in ("Infinity", "-Infinity") and float(value) >= field.low
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return False  # 1e999 reads as an infinity, and an integer may be too long for a float
    return field.low <= value <= field.high


def _is_settings(field: Field, value: Any) -> bool:
    one_to_many = Field("particles", "one", "integer", 1, MAX_PARTICLES)
    return isinstance(value, dict) and _is_integer(one_to_many, value.get("particles"))


_CHECKS: Mapping[Kind, Callable[[Field, Any], bool]] = {
    "text": _is_text,
    "text or null": lambda field, value: value is None or _is_text(field, value),
    "integer": _is_integer,
    "number": _is_number,
    "boolean": lambda _, value: isinstance(value, bool),
    "object of texts": lambda field, value: isinstance(value, dict) and all(_is_text(field, v) for v in value.values()),
    "settings": _is_settings,
    "integers": lambda field, value: isinstance(value, list) and all(_is_integer(field, v) for v in value),
}


def _column(field: Field, value: Any, steps: int, particles: int) -> Any:
    """Lists of numbers and booleans as arrays of the trace's types; the rest as it is."""
    dtype = {"integer": np.int64, "number": np.float64, "boolean": np.bool_}.get(field.kind)
    if field.shape == "one" or dtype is None:
        return value
    return np.array(value, dtype=dtype).reshape((steps, particles) if field.shape == "T×N" else (steps,))


def _map(value: Any, change: Callable[[float], Any]) -> Any:
    return [_map(item, change) for item in value] if isinstance(value, list) else change(value)


def _show(value: Any) -> str:
    """What was found, in a few words."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "an integer of more than 30 digits"
    shown = json.dumps(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
