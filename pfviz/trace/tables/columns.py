"""What the columns of a table of solutions mean: guessed from their names and from what is in the first row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pfviz.errors import TraceError
from pfviz.text import describe_json, shorten
from pfviz.trace.tables.rows import Row, peek_row


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column may mean.

    Args:
        title: what is in it, for people.
        names: names that such columns have, the likeliest first, in lower case.
        fits: whether a value may be one of such a column.
    """

    title: str
    names: tuple[str, ...]
    fits: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str | dict) for one in value))


def _is_steps(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str | list) for one in value)


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(one is None or _is_numbers(one) for one in value)
    return isinstance(value, int | float) or (isinstance(value, str) and bool(_NUMBERS.fullmatch(value)))


_NUMBERS = re.compile(r"[-+\d.eE,;|\s\[\]infa]{1,100000}")


def _is_labels(value: Any) -> bool:
    return isinstance(value, list | bool | int | float) or (isinstance(value, str) and len(value) < 10_000)


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


MEANINGS: dict[str, Meaning] = {
    "problem": Meaning(
        "The problem", ("problem", "question", "prompt", "query", "instruction", "task", "input"), _is_text
    ),
    "solution": Meaning(
        "The solution, a text or a list of them",
        (
            "solution", "solutions", "completion", "completions", "response", "responses", "output", "outputs",
            "generation", "generations", "candidate", "candidates", "trajectory", "trajectories", "rollout", "rollouts",
            "generated", "prediction_text", "text",
        ),
        _is_texts,
    ),
    "steps": Meaning("The steps of a solution, a list", ("steps", "step_texts", "reasoning_steps", "chain"), _is_steps),
    "scores": Meaning(
        "The scores of its steps, or one for all",
        (
            "step_scores", "scores", "step_rewards", "rewards", "prm_scores", "prm_rewards", "prm", "process_rewards",
            "values", "score", "reward", "prm_score", "confidence",
        ),
        _is_numbers,
    ),
    "answer": Meaning(
        "The answer that it gives",
        ("pred", "prediction", "predicted", "predicted_answer", "extracted_answer", "final_answer", "model_answer"),
        _is_short,
    ),
    "truth": Meaning(
        "The true answer",
        (
            "truth", "ground_truth", "ground_truth_answer", "gold", "gold_answer", "reference", "reference_answer",
            "target", "expected", "correct_answer", "answer",
        ),
        _is_short,
    ),
    "labels": Meaning(
        "The labels of its steps", ("step_labels", "labels", "ratings", "label", "rating", "correct", "is_correct"),
        _is_labels,
    ),
    "group": Meaning(
        "Rows of one problem share it", ("group", "group_id", "problem_id", "question_id", "prompt_id", "qid"),
        _is_short,
    ),
    "generator": Meaning("The model that wrote", ("generator", "model", "model_name", "model_id"), _is_text),
}  # fmt: skip
"""What columns may mean, by name, in the order in which they are guessed and shown."""


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """The columns of a table, what those that are understood mean (a name of `MEANINGS` → the column), and the first
    row."""

    names: tuple[str, ...]
    columns: Mapping[str, str]
    sample: Row

    @property
    def is_enough(self) -> bool:
        """Whether there are solutions to show."""
        return bool({"solution", "steps"} & self.columns.keys()) and bool({"problem", "scores"} & self.columns.keys())

    def show_sample(self, column: str) -> str:
        """What the first row holds there, on one line."""
        value = self.sample.get(column)
        if isinstance(value, list):
            return f"[{shorten(', '.join(map(describe_json, value[:20])), 58)}]"
        return shorten(value, 60) if isinstance(value, str) else describe_json(value)


def guess_columns(data: bytes) -> ColumnGuess | None:
    """Return what the columns of a table seem to mean; None where the bytes are no table."""
    row = peek_row(data)
    return None if row is None else guess_from_row(row)


def guess_from_row(row: Row) -> ColumnGuess:
    """Return what the columns of a row seem to mean: each meaning takes the first column whose name is one of its own
    and that holds what fits, else one whose name has such a name within."""
    found: dict[str, str] = {}
    folded = {column: re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") for column in row if len(column) <= 200}
    for exact in (True, False):
        for meaning, known in MEANINGS.items():
            if meaning in found:
                continue
            for name in known.names:
                column = next(
                    (
                        column
                        for column, plain in folded.items()
                        if column not in found.values()
                        and (plain == name if exact else name in plain.split("_") and (len(name) > 4 or name == "prm"))
                        and known.fits(row[column])
                    ),
                    None,
                )
                if column is not None:
                    found[meaning] = column
                    break
    if "steps" in found:
        found.pop("solution", None)  # as in ProcessBench's own kin: the steps are what is read
    return ColumnGuess(tuple(row), {meaning: found[meaning] for meaning in MEANINGS if meaning in found}, row)


def choose_columns(guess: ColumnGuess, given: Mapping[str, str]) -> dict[str, str]:
    """Return the guess, corrected by what is given: a meaning → its column, or "" for none.

    Raises:
        TraceError: there is no such meaning or column, or neither solutions nor steps are named.
    """
    found = dict(guess.columns)
    for meaning, column in given.items():
        if meaning not in MEANINGS:
            raise TraceError(f"no column means {meaning[:40]!r}; there are {', '.join(MEANINGS)}")
        if column and column not in guess.names:
            raise TraceError(f"the file has no column {column[:80]!r}; it has {list_names(guess.names)}")
        found.pop(meaning, None)
        if column:
            found = {known: name for known, name in found.items() if name != column or known in given}
            found[meaning] = column
    if given.get("solution") and not given.get("steps"):
        found.pop("steps", None)
    if not {"solution", "steps"} & found.keys():
        raise TraceError(
            f"none of the columns {list_names(guess.names)} is taken for solutions; say which one holds them "
            "(--solution COLUMN or --steps COLUMN of `pfviz import`)"
        )
    return {meaning: found[meaning] for meaning in MEANINGS if meaning in found}


def list_names(names: tuple[str, ...]) -> str:
    """Return the names of columns in a sentence, not too many of them."""
    shown = [shorten(name, 40) for name in names[:12]]
    return ", ".join(shown) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
