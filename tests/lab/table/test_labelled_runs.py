"""Labels of steps, from a file or from somebody, are what is right in the lab: for AUC, and for first errors."""

from __future__ import annotations

import math

import pfviz
from pfviz.lab.diagnosis import diagnose
from pfviz.lab.metrics.measures import labelled_solutions
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.trace import Trace


def runs(problems: int = 10, low: float = 0.2, high: float = 0.8) -> list[Trace]:
    """Of each problem a right solution, and one whose second step is wrong; what comes after that has no label."""
    return [
        pfviz.from_solutions(
            f"Prove lemma {k}",
            [["so", f"it is {k}", "done"], ["so", f"it is not {k}", "done"]],
            step_rewards=[[high] * 3, [high, low, low]],
            labels=[[1, 0, 1], [1, -1, None]],
            reward="mine",
        )
        for k in range(problems)
    ]


def test_a_prefix_is_wrong_from_its_first_bad_step_on() -> None:
    rows = build_prefix_table(runs(1))
    assert rows.judged
    assert {(rows.texts[row], int(rows.step[row])): int(rows.right[row]) for row in range(len(rows))} == {
        ("so", 0): 1,
        ("it is 0", 1): 1,
        ("it is not 0", 1): 0,
        ("done", 2): 0,  # that of the second solution, which comes last
    }
    assert [rows.texts[row] for row in rows.is_first_error.nonzero()[0]] == ["it is not 0"]
    assert sorted(one.sample.label for one in labelled_solutions(rows)) == [-1, 1]


def test_a_reward_that_knows_the_labels_has_an_auc_of_one_and_finds_every_first_error() -> None:
    measures = diagnose(runs()).measures
    assert measures.auc.value == 1
    assert measures.first_error is not None
    assert measures.first_error.f1.value == 1


def test_one_that_says_the_opposite_has_none_of_either() -> None:
    measures = diagnose(runs(low=0.8, high=0.2)).measures
    assert measures.auc.value == 0
    assert measures.first_error is not None
    assert measures.first_error.on_wrong.value == 0


def test_steps_of_unknown_tokens_are_not_called_short() -> None:
    found = diagnose(runs())
    assert "short-steps" not in {finding.cause for finding in found.findings.found}
    assert not math.isnan(found.measures.brier.value)
