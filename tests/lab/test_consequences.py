"""What the reward did to the runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.lab.consequences import find_consequences
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.trace import Trace
from tests.contracts import toy
from tests.lab.tables import table


def hacked(problems: int, share: float = 1.0) -> list[tuple[int, list[tuple[str, int, float]]]]:
    """Of four solutions a wrong one scores highest, in this share of the problems; else it scores lowest."""
    return [
        (p, [("a", label, reward)])
        for p in range(problems)
        for label, reward in ((0, 1.0 if p < share * problems else 0.0), (1, 0.5), (1, 0.4), (1, 0.3))
    ]


def test_accuracy_that_falls_is_the_signature_of_hacking() -> None:
    assert find_consequences([], table(hacked(7))).found == ()  # too few problems to be sure
    (found,) = find_consequences([], table(hacked(8))).found
    assert found.cause == "falls"
    assert found.estimate.value == 0.75
    assert found.sentence.startswith(
        "More solutions make it worse: the best-rewarded one is right 0.75 less often than at 1"
    )


def test_where_it_is_not_sure_more_is_wanted() -> None:
    """Where half of the problems fall by 0.75, the others rise by 0.25."""
    found = find_consequences([], table(hacked(4, 0.5)))
    assert found.found == ()
    (question,) = found.open_questions
    assert question.cause == "falls"
    assert (
        question.sentence == "Whether accuracy falls after 1 solution: it seems to, by 0.25; more problems would tell."
    )


def test_without_runs_there_is_nothing() -> None:
    found = find_consequences([], build_prefix_table([]))
    assert found.found == found.open_questions == ()


@pytest.fixture
def upside_down() -> Trace:
    """A filter whose right particle is given a low reward at the first step, and dies."""

    def reward(problem: str, steps: list[str]) -> float:
        return 1e-4 if steps[0] == "a" else 0.9

    settings = {"generator": toy.ToyGenerator(), "reward": reward, "particles": 8, "seed": 3, "max_steps": 3}
    trace = pfviz.run("toy", method="particle_filtering", **settings)
    return replace(trace, truth="1")


def test_right_answers_that_died(upside_down: Trace) -> None:
    def judge(problem: object, steps: list[str]) -> list[bool]:
        return [steps[0] == "a"] * len(steps)

    trace = upside_down
    assert "a" in trace.texts[0]
    found = find_consequences([trace], build_prefix_table([trace], judge), judge)
    (killed,) = found.found
    assert killed.cause == "killed"
    assert (
        killed.sentence == "Right answers died by low reward in 1 of 1 run that had one, most often at step 1 (1 run)."
    )
    assert killed.estimate.value == 1.0
    table_of = build_prefix_table([trace], judge)
    assert [table_of.texts[row] for row in killed.examples] == ["a"]
    assert np.isnan(killed.estimate.low)  # one problem
