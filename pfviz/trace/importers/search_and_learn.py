"""JSON lines of search-and-learn (github.com/huggingface/search-and-learn): the completions of a problem, by best-of-N,
beam search or DVTS, with a score for each step. Who descended from whom is not in them."""

from __future__ import annotations

from pydantic import Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenRun, GivenSolution, ReadingOptions, build_runs
from pfviz.trace.tables.fields import Answer, Number, RowFields, check_row, has_columns
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"problem": "Compute 3 * 4", "answer": "12", "completions": ["3 * 4 = 12\\n\\nThe answer is \\\\boxed{12}", \
"3 * 4 = 13\\n\\nThe answer is \\\\boxed{13}"], "scores": [[0.8, 0.9], [0.4, 0.3]], "pred": "12", \
"completion_tokens": [14, 14]}
"""


class _Fields(RowFields):
    problem: str = Field(description="a text")
    answer: Answer = None
    completions: list[str] = Field(min_length=1, description="a list of at least one text")
    scores: list[list[Number]] = Field(description="a list of a list of numbers for each completion")


def recognise(data: bytes) -> bool:
    """Return whether the first row has a problem, completions and scores."""
    return has_columns(peek_row(data), ("problem", "completions", "scores"))


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each row; raises `TraceError` naming the line and field that is wrong."""
    return build_runs([_read_row(where, row) for where, row in read_rows(data)], options)


def _read_row(where: str, row: Row) -> GivenRun:
    found = check_row(_Fields, where, row)
    if len(found.scores) != len(found.completions):
        raise TraceError(
            f"{where}: scores: expected a list for each of {len(found.completions)} completions; found "
            f"{len(found.scores)}"
        )
    notes = (
        "Read from a file of search-and-learn. It does not hold who descended from whom: its completions stand side by "
        "side. Nor does it hold log-probabilities, tokens, times, or the names of the models.",
    )
    solutions = [
        GivenSolution(text, tuple(scores)) for text, scores in zip(found.completions, found.scores, strict=True)
    ]
    return GivenRun(Source(found.problem, found.answer, notes=notes), solutions)
