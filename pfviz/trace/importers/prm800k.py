"""Files of PRM800K (Lightman et al., arXiv 2305.20050): the candidates of each step with their ratings, and which of
them the solution went on with. A tree: every candidate continues the chosen one before it."""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import MAX_RUNS, ReadingOptions
from pfviz.trace.building.tree import Node, build_tree
from pfviz.trace.tables.fields import Answer, RowFields, check_row
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"question": {"problem": "Compute 3 * 4", "ground_truth_answer": "12"},
 "label": {"finish_reason": "solution", "steps": [
  {"completions": [{"text": "3 * 4 = 13", "rating": -1}, {"text": "3 * 4 = 12", "rating": 1}], "chosen_completion": 1},
  {"completions": [{"text": "The answer is 12", "rating": 1}], "chosen_completion": 0}]}}
"""


class _Question(RowFields):
    problem: str = Field(description="a text")
    ground_truth_answer: Answer = None
    pre_generated_steps: list[str] | None = Field(None, description="a list of texts or null")


class _Completion(RowFields):
    text: str = Field(description="a text")
    rating: int | None = Field(None, ge=-1, le=1, description="-1, 0, 1 or null")


class _Step(RowFields):
    completions: list[_Completion] | None = Field(None, description="a list of completions")
    human_completion: Any = None
    chosen_completion: int | None = Field(None, ge=0, description="the place of a completion, or null")


class _Label(RowFields):
    steps: list[_Step] = Field(min_length=1, description="a list of at least one step")
    finish_reason: str | None = Field(None, description="a text or null")


class _Fields(RowFields):
    question: _Question = Field(description="an object with a problem")
    label: _Label = Field(description="an object with steps")


def recognise(data: bytes) -> bool:
    """Return whether the first row has a question, and a label with steps."""
    row = peek_row(data)
    label = None if row is None else row.get("label")
    return row is not None and isinstance(row.get("question"), dict) and isinstance(label, dict) and "steps" in label


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each row; raises `TraceError` naming the line and field that is wrong."""
    rows = read_rows(data)
    if len(rows) > MAX_RUNS:
        raise TraceError(f"the file has {len(rows):,} solutions; at most {MAX_RUNS:,} are opened at once. Split it.")
    return [_read_row(where, row, place) for place, (where, row) in enumerate(rows)]


def _read_row(where: str, row: Row, place: int) -> Trace:
    found = check_row(_Fields, where, row)
    levels: list[list[Node]] = []
    parent, path = 0, list[str]()
    for t, step in enumerate(found.label.steps):
        nodes = [
            Node(one.text, parent, label=math.nan if one.rating is None else one.rating)
            for one in step.completions or []
        ]
        chosen = step.chosen_completion
        human = step.human_completion.get("text") if isinstance(step.human_completion, dict) else step.human_completion
        if isinstance(human, str) and human.strip():
            chosen = len(nodes) if chosen is None else chosen
            nodes.append(Node(human, parent))
        if not nodes:
            raise TraceError(f"{where}: label.steps[{t}]: expected at least one completion")
        if chosen is not None and chosen >= len(nodes):
            raise TraceError(f"{where}: label.steps[{t}].chosen_completion: expected a place below {len(nodes)}")
        parent = chosen or 0
        path.append(nodes[parent].text)
        levels.append(nodes)
    note = (
        "Read from a file of PRM800K: the candidates of each step, with the ratings of people, who also chose the one "
        "to go on with. It does not hold log-probabilities, tokens, times or any weights."
    )
    rest = (found.question.pre_generated_steps or [])[len(path) :]
    if rest and path == (found.question.pre_generated_steps or [])[: len(path)]:
        levels += [[Node(text, parent if k == 0 else 0)] for k, text in enumerate(rest)]
        parent = 0
        note += " Steps after the last rated one stand as they were written, without a label."
    if rest or found.label.finish_reason == "solution":
        last = levels[-1][parent]
        levels[-1][parent] = Node(last.text, last.parent, label=last.label, ends=True)
    source = Source(
        found.question.problem, found.question.ground_truth_answer, notes=(note,), method="beam_search", seed=place
    )
    try:
        return build_tree(source, levels, None)
    except TraceError as error:
        raise TraceError(f"{where}: {error}") from error
