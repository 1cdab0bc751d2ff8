"""What the columns of a table are taken for, by their names and by what is in them."""

from __future__ import annotations

from typing import Any

import pytest

from pfviz.errors import TraceError
from pfviz.trace.tables.columns import choose_columns, guess_from_row


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"question": "q", "response": "r", "prm_scores": [0.1]},
            {"problem": "question", "solution": "response", "scores": "prm_scores"},
        ),
        (
            {"Problem": "q", "Model Output": "r", "Step Rewards": [0.1]},
            {"problem": "Problem", "solution": "Model Output", "scores": "Step Rewards"},
        ),
        (
            {"prompt": "q", "completion": "r", "answer": "3"},
            {"problem": "prompt", "solution": "completion", "truth": "answer"},
        ),
        (
            {"problem": "q", "steps": ["a"], "solution": "the reference", "ground_truth": 3},
            {"problem": "problem", "steps": "steps", "truth": "ground_truth"},
        ),
        ({"question": "q", "comment": "r", "prm_logits": "1 2"}, {"problem": "question", "scores": "prm_logits"}),
        ({"problem": "q", "text": "r", "scores": "high"}, {"problem": "problem", "solution": "text"}),
        ({"question": 3, "response": None}, {}),
        ({"a": 1}, {}),
    ],
)  # fmt: skip
def test_columns_are_guessed(row: dict[str, Any], expected: dict[str, str]) -> None:
    assert dict(guess_from_row(row).columns) == expected


GUESS = guess_from_row({"question": "q", "response": "r", "other": "s", "prm": 0.5})


def test_what_is_said_comes_before_what_is_guessed() -> None:
    assert choose_columns(GUESS, {"solution": "other", "scores": ""}) == {"problem": "question", "solution": "other"}
    assert choose_columns(GUESS, {"truth": "response", "solution": "other"})["truth"] == "response"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "x"}, "no column means 'colour'; there are problem, solution"),
        ({"problem": "x"}, "the file has no column 'x'; it has question, response, other, prm"),
        ({"solution": ""}, "none of the columns question, response, other, prm is taken for solutions"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(TraceError) as caught:
        choose_columns(GUESS, given)
    assert said in str(caught.value)
