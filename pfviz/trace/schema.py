"""What a trace file may hold: one table of fields, `FIELDS`, and what one item of each must be."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SCHEMA_VERSION = 6
MAX_PARTICLES = 4096
MAX_STEPS = 4096
MAX_TEXT = 100_000
"""Characters of one text."""
MAX_ENTRIES = 200
"""Settings of a run, libraries with a version, and what one setting or version holds may have so many entries."""
MAX_ENTRY_TEXT = 1000
"""Characters of a name or a text in them."""

Shape = Literal["one", "T", "T×N"]
Kind = Literal[
    "text", "text or null", "integer", "integer or null", "number", "number or null", "boolean", "object of texts",
    "settings", "integers", "numbers", "notes", "swaps", "sweeps",
]  # fmt: skip


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
    since: int = 1  # the schema version that brought it
    default: Any = None  # what an older file is taken to hold, of a column in each of its places
    per_sweep: bool = True  # each sweep has its own; else it is the run's

    @property
    def expected(self) -> str:
        """The kind in words, as an error and the document say it."""
        words = _KIND_WORDS.get(self.kind, str(self.kind))
        if self.choices:
            return words + ", one of " + ", ".join(json.dumps(choice) for choice in self.choices)
        low, high = _format_bound(self.low), _format_bound(self.high)
        if low and high:
            words += f" from {low} to {high}"
        elif low:
            words += f" ≥ {low}"
        elif high:
            words += f" ≤ {high}"
        return words + (', "Infinity" or "-Infinity"' if self.infinite else "")


_KIND_WORDS = {
    "integers": "list of integers",
    "numbers": "list of numbers",
    "settings": f'object of at most {MAX_ENTRIES} settings with an integer "particles"',
    "object of texts": f"object of at most {MAX_ENTRIES} texts",
    "notes": "list of objects with step, slots and text",
    "swaps": "list of objects with iteration, chain, log_ratio and accepted",
    "sweeps": "list of objects with the fields of a sweep",
}


def _format_bound(value: float) -> str:
    return "" if math.isinf(value) else f"{value:g}" if value < 1e6 else str(int(value))


_MAX_EXACT_INTEGER = 2**53  # what every JSON reader takes exactly
_MAX_COUNT = 1_000_000
MAX_SWEEPS = 4096
MAX_NOTES = 10_000

FIELDS: tuple[Field, ...] = (
    Field("schema_version", "one", "integer", 1, SCHEMA_VERSION, per_sweep=False),
    Field("problem", "one", "text", per_sweep=False),
    Field("truth", "one", "text or null", per_sweep=False),
    Field("generator", "one", "text", per_sweep=False),
    Field("reward", "one", "text", per_sweep=False),
    Field("method", "one", "text", per_sweep=False),
    Field("settings", "one", "settings", per_sweep=False),
    Field("seed", "one", "integer", 0, per_sweep=False),
    Field("versions", "one", "object of texts", per_sweep=False),
    Field("started", "one", "text", per_sweep=False),
    Field("status", "one", "text", choices=("running", "finished", "step limit", "stopped")),
    Field("iteration", "one", "integer", 0, _MAX_COUNT, since=2, default=0),
    Field("chain", "one", "integer", 0, _MAX_COUNT, since=2, default=0),
    Field("pinned", "one", "boolean", since=2, default=False),
    Field("retained", "one", "integer or null", 0, MAX_PARTICLES - 1, since=2),
    Field("notes", "one", "notes", since=2, default=[]),
    Field("uids", "T×N", "integer", 0, _MAX_EXACT_INTEGER),
    Field("ancestors", "T×N", "integer", 0, MAX_PARTICLES - 1),
    Field("rewards", "T×N", "number", 0, 1),
    Field("log_carried", "T×N", "number", infinite=True),
    Field("log_weights", "T×N", "number", infinite=True),
    Field("finished", "T×N", "boolean"),
    Field("tokens", "T×N", "integer", 0, _MAX_EXACT_INTEGER),
    Field("log_probs", "T×N", "number or null", infinite=True),
    Field("texts", "T×N", "text"),
    Field("token_ids", "T×N", "integers", 0, _MAX_EXACT_INTEGER),
    Field("token_log_probs", "T×N", "numbers", infinite=True, since=3, default=[]),
    Field("entropies", "T×N", "numbers", 0, since=3, default=[]),
    Field("token_rewards", "T×N", "numbers", 0, 1, since=4, default=[]),
    Field("reward_ends", "T×N", "integers", 1, MAX_TEXT, since=4, default=[]),
    Field("step_labels", "T×N", "number or null", -1, 1, since=6),
    Field("ends", "T×N", "text", choices=("separator", "eos", "boxed", "tokens", "characters", "failed", "")),
    Field("ess", "T", "number", 0),
    Field("resampled", "T", "boolean"),
    Field("log_evidence", "T", "number", infinite=True),
    Field("temperatures", "T", "number", 0, infinite=True),
    Field("seconds", "T", "number", 0),
    Field("swaps", "one", "swaps", since=2, default=[], per_sweep=False),
    Field("earlier", "one", "sweeps", since=2, default=[], per_sweep=False),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
SWEEP_FIELDS = tuple(field for field in FIELDS if field.per_sweep)
RECORD_FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    "notes": (
        Field("step", "one", "integer", 0, MAX_STEPS - 1),
        Field("slots", "one", "integers", 0, MAX_PARTICLES - 1),
        Field("text", "one", "text"),
    ),
    "swaps": (
        Field("iteration", "one", "integer", 0, _MAX_COUNT),
        Field("chain", "one", "integer", 0, _MAX_COUNT),
        Field("log_ratio", "one", "number", infinite=True),
        Field("accepted", "one", "boolean"),
    ),
}
