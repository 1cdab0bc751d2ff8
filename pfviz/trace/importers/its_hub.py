"""Results of its_hub, as JSON: the responses with their last weights or scores. They hold no parents and nothing of
single steps, so that a result opens as solutions side by side, each a single step."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenRun, GivenSolution, ReadingOptions, build_runs
from pfviz.trace.tables.fields import Answer, Number, RowFields, check_row, message_text
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"problem": "Compute 3 * 4",
 "responses": [{"role": "assistant", "content": "3 * 4 = 12\\n\\nThe answer is 12"},
               {"role": "assistant", "content": "3 * 4 = 13\\n\\nThe answer is 13"}],
 "log_weights": [2.2, -0.8], "selected_index": 0, "steps_used": [2, 2]}
"""


def _read_message(value: Any) -> str:
    text = message_text(value)
    if text is None:
        raise ValueError("no message")
    return text


_Message = Annotated[str, BeforeValidator(_read_message)]
_WEIGHTS = ("log_weights", "log_weights_lst")
_COLUMNS = ("selected_index", "scores", "response_counts", *_WEIGHTS)


class _Result(RowFields):
    responses: list[_Message] | list[list[_Message]] = Field(
        min_length=1, description="a list of texts or chat messages, or of lists of them"
    )
    log_weights: list[Number] | None = Field(None, description="a list of numbers")
    log_weights_lst: list[list[Number]] | None = Field(None, description="a list of lists of numbers")
    scores: list[Number] | None = Field(None, description="a list of numbers")
    selected_index: int | None = Field(None, description="a slot or null")
    problem: Answer = None
    prompt: Answer = None
    question: Answer = None
    truth: Answer = None
    answer: Answer = None


def recognise(data: bytes) -> bool:
    """Return whether the first row has responses with weights, scores or a selected one."""
    row = peek_row(data)
    return row is not None and bool({"responses", "responses_lst"} & row.keys()) and bool(row.keys() & set(_COLUMNS))


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each result, and of each iteration of particle Gibbs; raises `TraceError`."""
    runs = [run for where, row in read_rows(data) for run in _read_row(where, row)]
    weighed = any(run.source.method == "particle_filtering" for run in runs)
    scale = "logit" if weighed and options.scale == "auto" else options.scale
    return build_runs(runs, ReadingOptions(scale, options.separator))


_MISSING = (
    "Read from a result of its_hub. It does not hold who descended from whom, what each step weighed, or any "
    "resampling: its responses stand side by side, each as a single step."
)


def _read_row(where: str, row: Row) -> list[GivenRun]:
    found = check_row(_Result, where, row if "responses" in row else {**row, "responses": row.get("responses_lst")})
    iterations = [list(one) if isinstance(one, list) else [one] for one in found.responses]
    if not isinstance(found.responses[0], list):
        iterations = [[str(one) for one in found.responses]]
    weights = found.log_weights_lst or ([found.log_weights] if found.log_weights is not None else None)
    weighed = weights is not None
    numbers = weights or ([found.scores] if found.scores is not None else None)
    if numbers is not None and len(numbers) == 1 and len(iterations) > 1 and len(numbers[0]) == len(iterations):
        raise TraceError(f"{where}: log_weights: expected a list for each of {len(iterations)} iterations")
    if numbers is not None and [len(one) for one in numbers] != [len(one) for one in iterations]:
        raise TraceError(f"{where}: expected a weight or score of each response; found other numbers of them")
    notes = [_MISSING]
    if weighed:
        notes.append("Its weights are logits of the reward of the last step.")
    if found.selected_index is not None:
        notes.append(f"its_hub itself chose response {found.selected_index}.")
    problem = found.problem or found.prompt or found.question or ""
    runs = []
    for k, texts in enumerate(iterations):
        own = [f"This is iteration {k + 1} of {len(iterations)}."] if len(iterations) > 1 else []
        source = Source(
            problem, found.truth or found.answer, notes=(*notes, *own),
            method="particle_filtering" if weighed else "best_of_n",
        )  # fmt: skip
        solutions = [
            GivenSolution((text.strip(),), None if numbers is None else (_finite(numbers[k][i]),))
            for i, text in enumerate(texts)
        ]
        runs.append(GivenRun(source, solutions))
    return runs


def _finite(weight: float) -> float:
    return weight if math.isfinite(weight) else -math.inf if weight == -math.inf else math.nan
