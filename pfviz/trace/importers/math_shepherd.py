"""Files of Math-Shepherd (Wang et al., arXiv 2312.08935): the problem and a solution as one text with a mark after each
step, and the same text with + or - in place of the marks: whether rollouts from there found the right answer."""

from __future__ import annotations

from pydantic import Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenSolution, ReadingOptions, build_runs, group_runs
from pfviz.trace.building.tree import BAD, GOOD
from pfviz.trace.schema import MAX_STEPS
from pfviz.trace.tables.fields import RowFields, check_row
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"input": "Compute 3 * 4 Step 1: 3 * 4 = 12 ки\\nStep 2: The answer is: 12 ки", \
"label": "Compute 3 * 4 Step 1: 3 * 4 = 12 +\\nStep 2: The answer is: 12 +", "task": "GSM8K"}
{"input": "Compute 3 * 4 Step 1: 3 * 4 = 13 ки\\nStep 2: The answer is: 13 ки", \
"label": "Compute 3 * 4 Step 1: 3 * 4 = 13 -\\nStep 2: The answer is: 13 -", "task": "GSM8K"}
"""

MARK = "ки"
_FIRST_STEP = "Step 1:"


class _Fields(RowFields):
    input: str = Field(description=f"a text with the mark {MARK} after each step")
    label: str = Field(description="the same text with + or - in place of the marks")


def recognise(data: bytes) -> bool:
    """Return whether the first row has an input with the marks of steps, and a label that is a text."""
    row = peek_row(data)
    return row is not None and MARK in str(row.get("input")) and isinstance(row.get("label"), str)


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each problem; raises `TraceError` naming the line and field that is wrong."""
    return build_runs(group_runs(_read_row(where, row) for where, row in read_rows(data)), options)


def _read_row(where: str, row: Row) -> tuple[Source, list[GivenSolution]]:
    found = check_row(_Fields, where, row)
    parts = found.input.split(MARK, MAX_STEPS + 1)
    if not 2 <= len(parts) <= MAX_STEPS + 1:
        raise TraceError(f"{where}: input: expected 1 to {MAX_STEPS} marks {MARK}; found {len(parts) - 1}")
    labels, place = list[float](), 0
    for part in parts[:-1]:
        sign = found.label[place + len(part) : place + len(part) + 1]
        if not found.label.startswith(part, place) or sign not in ("+", "-"):
            raise TraceError(f"{where}: label: expected the text of input with + or - at mark {len(labels) + 1}")
        labels.append(GOOD if sign == "+" else BAD)
        place += len(part) + 1
    problem, first = _split_problem(parts[0])
    steps = (first, *(part.strip() for part in parts[1:-1]))
    note = (
        "Read from a file of Math-Shepherd, whose labels say whether rollouts from a step found the right answer. What "
        "comes before the first step is the problem. It does not hold the true answer, the model that wrote, "
        "log-probabilities, tokens or times."
    )
    return Source(problem, notes=(note,)), [GivenSolution(steps, None, tuple(labels))]


def _split_problem(text: str) -> tuple[str, str]:
    """The problem and the first step: cut at "Step 1:", else after the first line; else the problem is not told."""
    place = text.find(_FIRST_STEP)
    if place > 0:
        return text[:place].strip(), text[place:].strip()
    line, _, rest = text.strip().partition("\n")
    return (line, rest.strip()) if rest.strip() else ("", text.strip())
