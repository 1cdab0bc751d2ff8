"""Solutions that somebody has are a trace; what makes no sense is named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics.truth import truth
from pfviz.errors import TraceError
from pfviz.trace import dumps, loads
from pfviz.trace.building.tree import LABELS_AS_REWARD, NO_SCORES

SOLUTIONS = ["3 * 4 = 12\n\nThe answer is 12", ["3 * 4 = 13", "so 3 * 4 is 13", "The answer is 13"]]
SCORES = [[0.5, 0.9], [0.4, 0.3, 0.2]]


def make(**changed: Any) -> pfviz.trace.Trace:
    given = {"problem": "Compute 3 * 4", "solutions": SOLUTIONS, "step_rewards": SCORES, "truth": "12"} | changed
    return pfviz.from_solutions(given.pop("problem"), given.pop("solutions"), **given)


def test_solutions_of_different_lengths_stand_side_by_side() -> None:
    trace = make(reward="mine", generator="a-model")
    assert (trace.steps, trace.particles, trace.reward, trace.generator) == (3, 2, "mine", "a-model")
    assert trace.path_texts(2, 0) == ["3 * 4 = 12", "The answer is 12"]
    assert trace.rewards.tolist() == [[0.5, 0.4], [0.9, 0.3], [0.9, 0.2]]
    assert trace.finished.tolist() == [[False, False], [True, False], [True, True]]
    assert not trace.resampled.any()
    assert trace.answer == "12"
    assert trace.answers.rows[0].correct is True
    assert trace.notes == ()
    assert dumps(loads(dumps(trace))) == dumps(trace)


def test_labels_are_kept_and_are_what_is_right() -> None:
    trace = make(labels=[[1, None], [True, "-", 0]])
    np.testing.assert_array_equal(trace.step_labels, [[1, 1], [math.nan, -1], [math.nan, 0]])
    assert truth(trace).prefixes[:, 1].tolist() == [1, 0, 0]


def test_without_scores_the_labels_stand_for_them_and_without_either_nothing_is_said() -> None:
    labelled = make(step_rewards=None, labels=[[1, 0], [1, -1, 1]])
    assert labelled.reward == LABELS_AS_REWARD
    assert labelled.rewards.tolist() == [[1, 1], [0.5, 0], [0.5, 0]]
    bare = make(step_rewards=None)
    assert bare.reward == NO_SCORES
    assert (bare.rewards == 0.5).all()
    assert "says nothing" in bare.notes[0].text


def test_one_score_for_a_solution_makes_it_a_single_step() -> None:
    trace = make(step_rewards=[0.9, 0.1])
    assert trace.steps == 1
    assert trace.rewards.tolist() == [[0.9, 0.1]]
    assert trace.texts[0][0] == SOLUTIONS[0]
    assert "2 solutions are shown as a single step" in trace.notes[0].text


@pytest.mark.parametrize("wrap", [tuple, np.array])
def test_arrays_are_lists(wrap: Any) -> None:
    trace = make(step_rewards=[wrap(row) for row in SCORES])
    assert dumps(trace) == dumps(make())


def test_where_a_text_is_cut_is_chosen() -> None:
    assert make(solutions=["a # b # c"], step_rewards=[[0.1, 0.2, 0.3]], separator="#").texts == [["a"], ["b"], ["c"]]
    assert make(solutions=["a\nb"], step_rewards=[[0.1, 0.2]], separator="line").texts == [["a"], ["b"]]
    fenced = "```\nx\n\ny\n```\n\nb"
    assert make(solutions=[fenced], step_rewards=[[0.1, 0.2]]).texts == [["```\nx\n\ny\n```"], ["b"]]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"problem": " "}, "problem: expected a text that is not empty"),
        ({"solutions": "one text"}, "solutions: expected a list of texts"),
        ({"solutions": []}, "solutions: expected a list of texts"),
        ({"solutions": [SOLUTIONS[0], [1]]}, "solutions[1]: expected a text, or a list of texts; found a list of 1"),
        ({"solutions": [SOLUTIONS[0], "\n"]}, "solutions[1]: has no step"),
        ({"step_rewards": [[0.5, 0.9]]}, "step_rewards: expected a list of 2, as there are 2 solutions"),
        ({"step_rewards": [[0.5], [0.4, 0.3, 0.2]]}, "step_rewards[0]: expected a number, or of each solution a list"),
        ({"step_rewards": [[0.5, "x"], [0.4, 0.3, 0.2]]}, "step_rewards[0][1]: expected a number; found"),
        ({"step_rewards": [[0.5, None], [0.4, 0.3, 0.2]]}, "step_rewards[0][1]: expected a number; found null"),
        ({"labels": [[1, 2], [1, 1, 1]]}, "labels[0][1]: expected 1 (good), 0 (neutral), -1 (bad)"),
        ({"labels": [1, [1, 1, 1]]}, "labels[0]: expected of each solution a list with one for each of its steps"),
        ({"truth": 12}, "truth: expected a text; found 12"),
        ({"scale": "nonsense"}, "There is no scale 'nonsense' of scores; there are auto, unit, log-probability"),
        ({"scale": "log-probability"}, "outside of the scale 'log-probability' (−∞ to 0.00)"),
        ({"separator": ""}, "solutions[0]: expected a text, or a list of texts"),
    ],
)
def test_what_makes_no_sense_is_named(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(TraceError) as caught:
        make(**changed)
    assert said in str(caught.value)
