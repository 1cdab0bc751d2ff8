"""Steps that a program sends are scored under the page's rules."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pfviz.errors import LabError, ModelError, ProblemError
from pfviz.page.endpoints.score_steps import score_solutions
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.serving.model_menu import ModelMenu
from tests.browser.fake_pair import FakeEngine

PROBLEM = "Compute (12 + 7) * 3 - 45"
RIGHT = ["12 + 7 = 19", "19 * 3 = 57", "57 - 45 = 12"]


def score(solutions: Any, reward: str = "embedded", engine: Any = None, problem: str = PROBLEM) -> list[list[float]]:
    return score_solutions(engine or FakeEngine(pace=0), problem, solutions, reward, stop=threading.Event().is_set)


def test_each_step_of_each_solution_has_its_reward() -> None:
    found = score([RIGHT, ["12 + 7 = 19"]])
    assert [len(row) for row in found] == [3, 1]
    assert found[1][0] == found[0][0]


def test_the_embedded_reward_trusts_right_steps_more_than_wrong_ones() -> None:
    engine = SharedEngine(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"}))
    right, wrong = score([RIGHT, ["12 + 7 = 23", "23 * 3 = 11", "11 - 45 = 90"]], engine=engine)
    assert right[-1] > wrong[-1]


def test_what_cannot_be_scored_is_refused() -> None:
    for solutions in ([], [[]], ["a text"], [[""]], [["x" * 5_000]], [["x"] * 65], [["x"]] * 65, [[3]]):
        with pytest.raises(LabError, match="solution"):
            score(solutions)
    with pytest.raises(LabError, match="cannot score a text"):
        score([RIGHT], "confidence-entropy")
    with pytest.raises(LabError, match="gives no number"):
        score([RIGHT], "confidence", SharedEngine(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})))
    with pytest.raises(ProblemError):
        score([RIGHT], problem="")
    for reward in ("endpoint:secret", "os:system", "http://169.254.169.254/"):
        with pytest.raises(ModelError, match="does not run the reward model"):
            score([RIGHT], reward)
