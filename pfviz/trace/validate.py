"""A value read from a file against its field: of the right type and in range, or refused by its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfviz.errors import TraceError
from pfviz.text import describe_json
from pfviz.trace.schema import (
    MAX_ENTRIES,
    MAX_ENTRY_TEXT,
    MAX_NOTES,
    MAX_PARTICLES,
    MAX_SWEEPS,
    MAX_TEXT,
    RECORD_FIELDS,
    Field,
    Kind,
)
from pfviz.trace.validate_rows import is_plain_row


def check_field(field: Field, value: Any, steps: int, particles: int, where: str = "") -> Any:
    """The value with each item checked and converted; raises TraceError that names the item."""
    name = where + field.name
    if field.shape == "one":
        return (
            _check_records(name, value, RECORD_FIELDS[field.kind])
            if field.kind in RECORD_FIELDS
            else _check_item(field, name, value)
        )
    rows = _check_list(name, value, steps, "steps")
    if field.shape == "T":
        return [_check_item(field, f"{name}[{t}]", item) for t, item in enumerate(rows)]
    return [_check_slots(field, f"{name}[{t}]", row, particles) for t, row in enumerate(rows)]


def _check_slots(field: Field, name: str, row: Any, particles: int) -> list[Any]:
    """The items of one step; each is looked at by itself only where not all are plainly right."""
    items = _check_list(name, row, particles, "slots")
    if is_plain_row(field, items):
        return items
    return [_check_item(field, f"{name}[{n}]", item) for n, item in enumerate(items)]


def _check_records(name: str, value: Any, fields: tuple[Field, ...]) -> list[dict[str, Any]]:
    """A list of objects with these fields and no other."""
    if not isinstance(value, list) or len(value) > MAX_NOTES:
        raise TraceError(f"{name}: expected a list of at most {MAX_NOTES} objects; found {describe_json(value)}")
    names, found = [field.name for field in fields], []
    for k, item in enumerate(value):
        if not isinstance(item, dict) or item.keys() != set(names):
            raise TraceError(f"{name}[{k}]: expected an object with {', '.join(names)}; found {describe_json(item)}")
        found.append(
            {field.name: _check_item(field, f"{name}[{k}].{field.name}", item[field.name]) for field in fields}
        )
    return found


def _check_list(where: str, value: Any, length: int, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != length:
        raise TraceError(f"{where}: expected a list of {length} {what}; found {describe_json(value)}")
    return value


def _check_item(field: Field, where: str, value: Any) -> Any:
    if not _CHECKS[field.kind](field, value):
        raise TraceError(f"{where}: expected {field.expected}; found {describe_json(value)}")
    if field.kind == "numbers":
        return [float(item) for item in value]
    return float(value) if field.kind in ("number", "number or null") and value is not None else value


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
    return isinstance(value, dict) and _is_integer(one_to_many, value.get("particles")) and _is_small(value)


def _is_versions(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values()) and _is_small(value)


def _is_small(value: dict[str, Any]) -> bool:
    """Whether an object has few entries, and all that is in them, at any depth, is few and short."""
    if len(value) > MAX_ENTRIES:
        return False
    inside: list[Any] = [value]
    for item in inside:  # which grows
        if isinstance(item, str):
            if len(item) > MAX_ENTRY_TEXT:
                return False
        elif isinstance(item, dict | list):
            if len(inside) + len(item) > 2 * MAX_ENTRIES:
                return False
            inside += [*item.keys(), *item.values()] if isinstance(item, dict) else item
    return True


_CHECKS: Mapping[Kind, Callable[[Field, Any], bool]] = {
    "text": _is_text,
    "text or null": lambda field, value: value is None or _is_text(field, value),
    "integer": _is_integer,
    "integer or null": lambda field, value: value is None or _is_integer(field, value),
    "sweeps": lambda _, value: (
        isinstance(value, list) and len(value) <= MAX_SWEEPS and all(isinstance(item, dict) for item in value)
    ),
    "number": _is_number,
    "number or null": lambda field, value: value is None or _is_number(field, value),
    "boolean": lambda _, value: isinstance(value, bool),
    "object of texts": lambda _, value: _is_versions(value),
    "settings": _is_settings,
    "integers": lambda field, value: isinstance(value, list) and all(_is_integer(field, v) for v in value),
    "numbers": lambda field, value: isinstance(value, list) and all(_is_number(field, v) for v in value),
}
