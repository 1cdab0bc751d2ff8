"""A table of somebody's own: JSON lines, a JSON array, CSV or Parquet, a row for each solution or for each problem.
What its columns mean is guessed, and can be said (`pfviz.trace.tables.columns`)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pfviz.errors import TraceError
from pfviz.problems.answers import extract_answer, is_correct
from pfviz.text import describe_json, pluralise
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import GivenRun, GivenSolution, ReadingOptions, build_runs, group_runs
from pfviz.trace.building.tree import BAD, GOOD, NEUTRAL
from pfviz.trace.tables.columns import choose_columns, guess_columns, guess_from_row
from pfviz.trace.tables.fields import message_text
from pfviz.trace.tables.rows import MAX_NUMBER, Row, parse_json, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"problem": "Compute 3 * 4", "solution": "3 * 4 = 12\\n\\nThe answer is 12", "step_scores": [0.8, 0.9], "truth": "12"}
{"problem": "Compute 3 * 4", "solution": "3 * 4 = 13\\n\\nThe answer is 13", "step_scores": [0.4, 0.3], "truth": "12"}
"""
_WORDS = {"+": GOOD, "-": BAD, "good": GOOD, "neutral": NEUTRAL, "bad": BAD, "true": GOOD, "false": BAD}
_MAX_COMPARED = 2000
"""Answers that are compared with those of the file."""


def recognise(data: bytes) -> bool:
    """Return whether the first row has columns that are taken for solutions, and for problems or scores."""
    guess = guess_columns(data)
    return guess is not None and guess.is_enough


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each problem; raises `TraceError` naming the row and column that is wrong."""
    rows = read_rows(data)
    columns = choose_columns(guess_from_row(rows[0][1]), options.columns)
    zero_is_bad = "labels" in columns and not any(_has_negative(row.get(columns["labels"])) for _, row in rows)
    read_as = _describe_columns(columns, zero_is_bad)
    group = columns.get("group")
    found: list[tuple[Source, list[GivenSolution]]] = []
    keys: list[object] = []
    differing = compared = 0
    for where, row in rows:
        source, solutions = _read_row(where, row, columns, zero_is_bad)
        found.append((replace(source, notes=(read_as,)), solutions))
        keys.append(str(row.get(group)) if group else source.problem or where)
        told = row.get(columns.get("answer", ""))
        if told is not None and len(solutions) == 1 and compared < _MAX_COMPARED:
            compared += 1
            differing += _differs(solutions[0], str(told))
    places = iter(keys)
    runs = group_runs(found, lambda _: next(places))
    if differing:
        note = f"Of {pluralise(compared, 'solution')} {differing} have another answer in the file than pfviz reads."
        runs = [GivenRun(replace(run.source, notes=(*run.source.notes, note)), run.solutions) for run in runs]
    return build_runs(runs, options)


def _describe_columns(columns: Mapping[str, str], zero_is_bad: bool) -> str:
    named = ", ".join(f"{meaning} from {column!r}" for meaning, column in columns.items())
    missing = [meaning for meaning in ("problem", "truth", "scores", "labels") if meaning not in columns]
    unknown = f" It has no {', no '.join(missing)}." if missing else ""
    zero = " Its labels have no negative number, so 0 is taken for bad." if zero_is_bad else ""
    return (
        f"Read from a table: {named}.{unknown}{zero} It does not hold who descended from whom, log-probabilities, "
        "tokens or times."
    )


def _read_row(
    where: str, row: Row, columns: Mapping[str, str], zero_is_bad: bool
) -> tuple[Source, list[GivenSolution]]:
    def cell(meaning: str) -> Any:
        return row.get(columns[meaning]) if meaning in columns else None

    source = Source(
        _read_name(where, columns, "problem", cell("problem")),
        _read_name(where, columns, "truth", cell("truth")) or None,
        _read_name(where, columns, "generator", cell("generator")),
        columns.get("scores", ""),
    )
    texts = _read_steps(where, columns, cell("steps")) if "steps" in columns else None
    texts = _read_solutions(where, columns, cell("solution")) if texts is None else texts
    scores = _read_lists(where, columns, "scores", cell("scores"), len(texts), _read_score)
    labels = _read_lists(
        where, columns, "labels", cell("labels"), len(texts), lambda value: _read_label(value, zero_is_bad)
    )
    return source, [
        GivenSolution(text, None if scores is None else scores[k], None if labels is None else labels[k])
        for k, text in enumerate(texts)
    ]


def _refuse(where: str, column: str, expected: str, value: Any) -> TraceError:
    return TraceError(f"{where}, column {column[:60]!r}: expected {expected}; found {describe_json(value)}")


def _read_name(where: str, columns: Mapping[str, str], meaning: str, value: Any) -> str:
    """A text, or a number as one; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refuse(where, columns[meaning], "a text", value)
    return str(value)


def _read_solutions(where: str, columns: Mapping[str, str], value: Any) -> list[str | tuple[str, ...]]:
    """A text for each solution of a row."""
    value = _parse_cell(value)
    given = value if isinstance(value, list) else [value]
    if given and all(isinstance(one, dict) and "role" in one for one in given):
        given = given[-1:]  # a conversation: what was said last
    texts = [message_text(one) for one in given]
    if not texts or any(text is None for text in texts):
        raise _refuse(where, columns["solution"], "a text, or a list of texts", value)
    return [str(text) for text in texts]


def _read_steps(where: str, columns: Mapping[str, str], value: Any) -> list[str | tuple[str, ...]]:
    """The steps of each solution of a row."""
    value = _parse_cell(value)
    if isinstance(value, str):
        return [value]  # cut as any solution
    given = value if isinstance(value, list) and value and all(isinstance(one, list) for one in value) else [value]
    for steps in given:
        if not isinstance(steps, list) or not steps or not all(isinstance(step, str) for step in steps):
            raise _refuse(where, columns["steps"], "a list of texts, or of lists of texts", value)
    return [tuple(steps) for steps in given]


def _read_lists(
    where: str, columns: Mapping[str, str], meaning: str, value: Any, solutions: int, read: Any
) -> list[tuple[float, ...]] | None:
    """Numbers of each solution of a row: a number or a list for one, a list of either for several."""
    if value is None or meaning not in columns:
        return None
    value = _parse_cell(value)
    expected = f"numbers of {pluralise(solutions, 'solution')}"
    if isinstance(value, str):
        value = re.split(r"[\s,;|]+", value.strip().strip("[]").strip())
    if not isinstance(value, list):
        value = [value]
    nested = bool(value) and all(isinstance(one, list) for one in value)
    if not nested:
        value = [value] if solutions == 1 else [[one] for one in value]
    if len(value) != solutions:
        raise _refuse(where, columns[meaning], expected, value)
    try:
        return [tuple(read(one) for one in own) for own in value]
    except (TypeError, ValueError, OverflowError) as error:
        raise _refuse(where, columns[meaning], expected, value) from error


def _parse_cell(value: Any) -> Any:
    """A text that holds a JSON list is that list."""
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            return parse_json(value)
        except TraceError:
            return value
    return value


def _read_score(value: Any) -> float:
    if value is None or value == "":
        return math.nan
    if isinstance(value, bool):
        raise ValueError("no number")
    number = float(value)
    if math.isfinite(number) and abs(number) > MAX_NUMBER:
        raise ValueError("too large")
    return number


def _read_label(value: Any, zero_is_bad: bool) -> float:
    if value is None or value == "":
        return math.nan
    if isinstance(value, bool):
        return GOOD if value else BAD
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    number = float(value)
    if math.isnan(number):
        return number
    if not -1 <= number <= 1:
        raise ValueError("no label")
    return 2 * number - 1 if zero_is_bad else number


def _has_negative(value: Any) -> bool:
    """Whether labels hold a number below 0, at any depth."""
    value = _parse_cell(value)
    if isinstance(value, list):
        return any(_has_negative(one) for one in value[:10_000])
    if isinstance(value, str):
        return bool(re.search(r"-\s*[.\d]", value))
    return isinstance(value, int | float) and value < 0


def _differs(solution: GivenSolution, told: str) -> bool:
    text = solution.text if isinstance(solution.text, str) else "\n\n".join(solution.text)
    answer = extract_answer(text[-20_000:])
    return answer is None or not is_correct(answer, told[:1000])
