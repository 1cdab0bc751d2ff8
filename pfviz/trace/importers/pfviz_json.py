"""pfviz's own format, as `trace.save` and `pfviz run --out` write it. Its fields stand in docs/trace-schema.md."""

from __future__ import annotations

from pfviz.trace.building.runs import ReadingOptions
from pfviz.trace.json_file import loads
from pfviz.trace.trace import Trace

_FIELDS = (b'"schema_version"', b'"log_weights"')
"""Fields that no other JSON is likely to have; one is enough, as a damaged file may lack the other."""
_OTHERS = (b'"responses"', b'"responses_lst"', b'"iterations"')
"""Fields of formats that have log-weights too."""


def recognise(data: bytes) -> bool:
    """Return whether this is a JSON object with fields of a trace."""
    if data.lstrip()[:1] != b"{" or not any(field in data for field in _FIELDS):
        return False
    return _FIELDS[0] in data or not any(field in data for field in _OTHERS)


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return the trace, every field checked; raises `TraceError` naming the field that is wrong."""
    return [loads(data)]
