"""Stepwise supervision as TRL has it: a prompt, the steps of one solution as its completions, and a label of each."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenSolution, ReadingOptions, build_runs, group_runs
from pfviz.trace.building.tree import BAD, GOOD
from pfviz.trace.tables.fields import RowFields, check_row, has_columns
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"prompt": "Compute 3 * 4 - 2", "completions": ["3 * 4 = 12", "12 - 2 = 9"], "labels": [true, false]}
{"prompt": "Compute 3 * 4 - 2", "completions": ["3 * 4 = 12", "12 - 2 = 10"], "labels": [true, true]}
"""


def _read_label(value: Any) -> float:
    if value is None:
        return math.nan
    if value not in (0, 1):  # true and false among them
        raise ValueError("no label")
    return GOOD if value else BAD


class _Fields(RowFields):
    prompt: str = Field(description="a text")
    completions: list[str] = Field(min_length=1, description="a list of at least one text")
    labels: list[Annotated[float, BeforeValidator(_read_label)]] = Field(description="a list of true, false or null")


def recognise(data: bytes) -> bool:
    """Return whether the first row has a prompt, completions and labels."""
    return has_columns(peek_row(data), ("prompt", "completions", "labels"))


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each prompt; raises `TraceError` naming the line and field that is wrong."""
    return build_runs(group_runs(_read_row(where, row) for where, row in read_rows(data)), options)


def _read_row(where: str, row: Row) -> tuple[Source, list[GivenSolution]]:
    found = check_row(_Fields, where, row)
    note = (
        "Read from a file of stepwise supervision (TRL). It does not hold the true answer, the model that wrote, "
        "log-probabilities, tokens or times."
    )
    source = Source(found.prompt, notes=(note,))
    return source, [GivenSolution(tuple(found.completions), None, tuple(found.labels))]
