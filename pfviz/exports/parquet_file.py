"""A run as Parquet: the columns of `rows.py` with their types, and what the run was made with as its metadata."""

from __future__ import annotations

import io
import json
from typing import Any

from pfviz.errors import ExportError
from pfviz.exports.plain_text import to_unicode
from pfviz.exports.rows import ROW_COLUMNS, list_columns, run_metadata
from pfviz.trace.trace import Trace

METADATA_KEY = "pfviz"
"""Under which the file's metadata has a JSON object: problem, truth, models, method, seed, settings, status."""


def to_parquet(trace: Trace) -> bytes:
    """Return the table of a run as a Parquet file.

    Raises:
        ExportError: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow, which is not installed: `pip install 'pfviz[parquet]'`. CSV needs nothing."
        ) from error
    types = {
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "text": pyarrow.string(),
    }
    cells = list_columns(trace)
    arrays = [
        pyarrow.array([_encode(value) for value in cells[column.name]], types[column.kind]) for column in ROW_COLUMNS
    ]
    fields = [
        pyarrow.field(column.name, types[column.kind], metadata={"meaning": column.meaning}) for column in ROW_COLUMNS
    ]
    schema = pyarrow.schema(fields, metadata={METADATA_KEY: json.dumps(run_metadata(trace))})
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()


def _encode(value: Any) -> Any:
    return to_unicode(value) if isinstance(value, str) else value
