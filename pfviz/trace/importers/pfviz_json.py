"""pfviz's own format, as `trace.save` and `pfviz run --out` write it. Its fields stand in docs/trace-schema.md."""

from __future__ import annotations

from pfviz.trace.json_file import loads
from pfviz.trace.trace import Trace

_FIELDS = (b'"schema_version"', b'"log_weights"')
"""Fields that no other JSON is likely to have; one is enough, as a damaged file may lack the other."""


def recognise(data: bytes) -> bool:
    """Return whether this is a JSON object with fields of a trace."""
    return data.lstrip()[:1] == b"{" and any(field in data for field in _FIELDS)


def read(data: bytes) -> Trace:
    """Return the trace, every field checked; raises `TraceError` naming the field that is wrong."""
    return loads(data)
