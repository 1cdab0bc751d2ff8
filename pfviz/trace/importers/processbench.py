"""Files of ProcessBench (Zheng et al., arXiv 2412.06559): solutions with the place of their first wrong step."""

from __future__ import annotations

import math

from pydantic import Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source, clean_text
from pfviz.trace.building.runs import GivenSolution, ReadingOptions, build_runs, group_runs
from pfviz.trace.building.tree import BAD, GOOD
from pfviz.trace.tables.fields import Answer, Number, RowFields, check_row, has_columns
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"id": "gsm8k-0", "generator": "a-model", "problem": "Compute 3 * 4 - 2", "steps": ["3 * 4 = 12", "12 - 2 = 9", \
"The answer is 9"], "final_answer_correct": false, "label": 1}
{"id": "gsm8k-1", "generator": "a-model", "problem": "Compute 3 * 4", "steps": ["3 * 4 = 12", \
"The answer is 12"], "final_answer_correct": true, "label": -1}
"""


class _Fields(RowFields):
    problem: str = Field(description="a text")
    steps: list[str] = Field(min_length=1, description="a list of at least one text")
    label: int = Field(ge=-1, strict=True, description="a whole number from -1 on")
    generator: Answer = None
    scores: list[Number] | None = Field(None, description="a list of numbers or null")


def recognise(data: bytes) -> bool:
    """Return whether the first row has a problem, a list of steps, and a whole number as its label."""
    row = peek_row(data)
    return row is not None and has_columns(row, ("problem", "steps")) and type(row.get("label")) is int


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each problem and generator; raises `TraceError` naming the line and field that is wrong."""
    rows = [_read_row(where, row) for where, row in read_rows(data)]
    runs = group_runs(rows, lambda source: (clean_text(source.problem), source.generator))
    return build_runs(runs, options)


def _read_row(where: str, row: Row) -> tuple[Source, list[GivenSolution]]:
    found = check_row(_Fields, where, row)
    if found.label >= len(found.steps):
        raise TraceError(
            f"{where}: label: expected a step from 0 to {len(found.steps) - 1}, or -1; found {found.label}"
        )
    note = (
        "Read from a file of ProcessBench: steps before the first wrong one are good, that one is bad, those after it "
        "have no label. It does not hold the true answer, log-probabilities, tokens or times."
    )
    source = Source(found.problem, generator=found.generator or "", notes=(note,))
    scores = None if found.scores is None else tuple(found.scores)
    return source, [GivenSolution(tuple(found.steps), scores, label_steps(found.label, len(found.steps)))]


def label_steps(first_error: int, steps: int) -> tuple[float, ...]:
    """Return the labels of steps (S,) of which the first wrong one is known; -1: all are good."""
    return tuple(
        GOOD if first_error < 0 or t < first_error else BAD if t == first_error else math.nan for t in range(steps)
    )
