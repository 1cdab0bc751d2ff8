"""A run as CSV (RFC 4180, UTF-8): a row for each slot at each step, the columns of `rows.py`."""

from __future__ import annotations

import csv
import io
from typing import Any

from pfviz.exports.plain_text import to_spreadsheet_text
from pfviz.exports.rows import ROW_COLUMNS, iterate_rows
from pfviz.trace.trace import Trace


def to_csv(trace: Trace) -> str:
    """Return the table of a run as CSV. No text of it can be taken for a formula (`to_spreadsheet_text`); truth values
    are `true` and `false`, an infinite log-weight is `-inf`, and what is not known is an empty cell."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([column.name for column in ROW_COLUMNS])
    for row in iterate_rows(trace):
        table.writerow([_format_cell(row[column.name]) for column in ROW_COLUMNS])
    return out.getvalue()


def _format_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return to_spreadsheet_text(value) if isinstance(value, str) else value
