"""A trace from disk: JSON, checked field by field when it is read. docs/trace-schema.md says what each field means."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.errors import SettingError, TraceError
from pfviz.inference.events import NoteAdded, SwapProposed
from pfviz.inference.settings import rename_settings
from pfviz.text import describe_json
from pfviz.trace.invariants import check_invariants
from pfviz.trace.json_limits import check_amounts, check_size
from pfviz.trace.json_text import dumps, save
from pfviz.trace.memory import paused_collection
from pfviz.trace.migrations import mark_unknown_log_probs
from pfviz.trace.schema import FIELD_BY_NAME, FIELDS, MAX_STEPS, SCHEMA_VERSION, SWEEP_FIELDS, Field
from pfviz.trace.trace import Trace
from pfviz.trace.validate import check_field

__all__ = ["decode", "dumps", "load", "loads", "read_bytes", "save"]


def load(path: str | Path) -> Trace:
    """Read a trace that `save` wrote.

    Raises:
        TraceError: the file is missing, too large, damaged or of another kind; the message names the field.
    """
    return loads(read_bytes(path))


def read_bytes(path: str | Path) -> bytes:
    """Return what is in a file; raises `TraceError` if it is missing or larger than any trace."""
    try:
        check_size(Path(path).stat().st_size)
        return Path(path).read_bytes()
    except OSError as error:
        raise TraceError(f"{path}: cannot be read ({error.strerror})") from error
    except TraceError as error:
        raise TraceError(f"{path}: {error}") from error


def loads(text: str | bytes) -> Trace:
    """Read a trace from JSON text, every field checked.

    Raises:
        TraceError: damaged or foreign; the message names the field and index, what was expected and what was found.
    """
    with paused_collection():
        return decode(_parse_json(text))


def decode(data: Any) -> Trace:
    """Read a trace from what a JSON text of it holds, every field checked; raises `TraceError` as `loads` does."""
    if not isinstance(data, dict):
        raise TraceError(f"a trace is a JSON object; found {describe_json(data)}")
    if "schema_version" in data:  # of a later version perhaps: say that first
        check_field(FIELD_BY_NAME["schema_version"], data["schema_version"], 0, 0)
    version = data.get("schema_version", SCHEMA_VERSION)
    run = _check_field_names(data, FIELDS, version, "")
    check_field(FIELD_BY_NAME["settings"], run["settings"], 0, 0)
    run["settings"] = _upgrade_settings(run["settings"])
    particles = run["settings"]["particles"]
    values = _convert_fields(run, FIELDS, version, particles, "")
    common = {field.name: values[field.name] for field in FIELDS if not field.per_sweep}
    common |= {"schema_version": SCHEMA_VERSION, "swaps": (), "earlier": ()}
    earlier = []
    for k, sweep in enumerate(values["earlier"]):
        own = _convert_fields(
            _check_field_names(sweep, SWEEP_FIELDS, version, f"earlier[{k}]."),
            SWEEP_FIELDS,
            version,
            particles,
            f"earlier[{k}].",
        )
        earlier.append(Trace(**common | own))
        check_invariants(earlier[-1], f"earlier[{k}].")
    values |= {"schema_version": SCHEMA_VERSION, "earlier": tuple(earlier)}
    trace = Trace(**values | {"swaps": tuple(SwapProposed(**swap) for swap in values["swaps"])})
    check_invariants(trace)
    return trace


def _upgrade_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings under the names that they have now."""
    try:
        return rename_settings(settings)
    except SettingError as error:
        raise TraceError(f"settings: {error}") from error


def _check_field_names(data: dict[str, Any], fields: tuple[Field, ...], version: int, where: str) -> dict[str, Any]:
    """The object, which has every field and no other; an older version may lack those that came later."""
    names = [field.name for field in fields]
    if missing := [field.name for field in fields if field.name not in data and field.since <= version]:
        raise TraceError(f"{where}{missing[0]}: is missing; a trace has the fields {', '.join(names)}")
    if unknown := [name for name in data if name not in names]:
        raise TraceError(f"{where + unknown[0][:80]!r}: is no field of a trace of schema version {SCHEMA_VERSION}")
    return data


def _convert_fields(
    data: dict[str, Any], fields: tuple[Field, ...], version: int, particles: int, where: str
) -> dict[str, Any]:
    """The fields of one sweep, checked and converted to the types of a trace; one that an older version lacks has its
    usual value."""
    if not isinstance(data["rewards"], list) or len(data["rewards"]) > MAX_STEPS:
        raise TraceError(
            f"{where}rewards: expected a list of 0 to {MAX_STEPS} steps; found {describe_json(data['rewards'])}"
        )
    steps = len(data["rewards"])
    found = {}
    for field in fields:
        usual = field.default if field.shape == "one" else [[field.default] * particles] * steps
        value = check_field(field, data.get(field.name, usual), steps, particles, where)
        found[field.name] = _to_array(field, value, steps, particles)
    if version < 5:
        found["log_probs"] = mark_unknown_log_probs(found["log_probs"], found["tokens"], found["token_log_probs"])
    found["notes"] = tuple(NoteAdded(note["step"], tuple(note["slots"]), note["text"]) for note in found["notes"])
    return found


def _parse_json(text: str | bytes) -> Any:
    def refuse(word: str) -> Any:
        raise TraceError(f'the bare word {word} is no JSON; an infinite number is written as the string "-Infinity"')

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
            raise TraceError(f"{name[:80]!r}: stands twice in one object")
        return found

    check_amounts(text)
    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except RecursionError as error:
        raise TraceError("the file is nested deeper than any trace") from error
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, an integer of more than 4,300 digits
        raise TraceError(f"the file is no JSON: {str(error)[:200]}") from error


def _to_array(field: Field, value: Any, steps: int, particles: int) -> Any:
    """Lists of numbers and booleans as arrays of the trace's types, null as NaN; the rest as it is."""
    dtypes = {"integer": np.int64, "number": np.float64, "number or null": np.float64, "boolean": np.bool_}
    dtype = dtypes.get(field.kind)
    if field.shape == "one" or dtype is None:
        return value
    return np.array(value, dtype=dtype).reshape((steps, particles) if field.shape == "T×N" else (steps,))
