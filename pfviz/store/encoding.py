"""A trace in pieces, so that a run that grows adds to what is stored and rewrites nothing of it.

The pieces hold what a trace file holds (docs/trace-schema.md), so what reads a file reads them: one for the run, one
for each sweep, one for each step.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pfviz.errors import StoreError, TraceError
from pfviz.trace.json_file import decode
from pfviz.trace.json_text import encode_fields
from pfviz.trace.memory import paused_collection
from pfviz.trace.schema import FIELDS, SCHEMA_VERSION, SWEEP_FIELDS
from pfviz.trace.trace import Trace

_RUN_FIELDS = tuple(field for field in FIELDS if not field.per_sweep and field.name != "earlier")
_SWEEP_HEAD = tuple(field for field in SWEEP_FIELDS if field.shape == "one")
_COLUMNS = tuple(field for field in SWEEP_FIELDS if field.shape != "one")
MAX_PIECE_BYTES = 256 * 2**20
"""Of one piece when it is unpacked: a file that was tampered with cannot fill the memory."""


def encode_run(trace: Trace) -> bytes:
    """Return what holds for the whole run."""
    return _pack(encode_fields(trace, _RUN_FIELDS) | {"schema_version": SCHEMA_VERSION})


def encode_sweep(sweep: Trace) -> bytes:
    """Return what holds for a whole sweep, such as which of the iterations it is."""
    return _pack(encode_fields(sweep, _SWEEP_HEAD))


def encode_steps(sweep: Trace, first: int) -> Iterator[tuple[int, bytes]]:
    """Yield (step, its columns), from step `first` on."""
    columns = encode_fields(sweep, _COLUMNS, first)
    for place in range(sweep.steps - first):
        yield first + place, _pack({name: column[place] for name, column in columns.items()})


def decode_run(run: bytes, sweeps: Sequence[tuple[bytes, Iterable[bytes]]]) -> Trace:
    """Return the trace of the pieces: that of the run, and for each sweep its own and those of its steps.

    Raises:
        StoreError: They are damaged, or none of a trace.
    """
    with paused_collection():
        try:
            found = [_join_steps(_unpack(head), [_unpack(step) for step in steps]) for head, steps in sweeps]
            return decode({**_unpack(run), **found[-1], "earlier": found[:-1]})
        except (TraceError, ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
            raise StoreError(f"It is damaged ({error}) and cannot be opened; delete it.") from error


def is_old(run: bytes) -> bool:
    """Whether the pieces of a run, of which this is that of the whole, were written for an earlier trace schema."""
    return bool(_unpack(run).get("schema_version") != SCHEMA_VERSION)


def _join_steps(head: dict[str, Any], steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A field that the first step lacks is one that came later; the reader of traces fills it."""
    names = steps[0].keys() if steps else [field.name for field in _COLUMNS]
    return head | {name: [step[name] for step in steps] for name in names}


def _pack(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def _unpack(data: bytes) -> dict[str, Any]:
    unpacked = zlib.decompressobj()
    text = unpacked.decompress(data, MAX_PIECE_BYTES)
    if unpacked.unconsumed_tail:
        raise ValueError("a piece is larger than any trace")
    found = json.loads(text.decode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        raise TypeError("a piece is no object")
    return found
