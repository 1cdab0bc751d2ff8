"""The lab tries itself on faults that it knows."""

from __future__ import annotations

import pytest

from pfviz.lab.causes.base import Finding
from pfviz.lab.findings import Findings
from pfviz.lab.selftest import selftest
from pfviz.lab.selftest.faults import FAULTS, Fault
from pfviz.lab.selftest.selftest import Trial, fault_rank, has_passed, try_faults
from pfviz.problems.datasets import load_problems
from pfviz.stats.estimate import NO_ESTIMATE


def found(*causes: str) -> Findings:
    return Findings(tuple(Finding(cause, "", 0.5, NO_ESTIMATE) for cause in causes), ())


def tried(rank: int | None, fault: Fault | None = FAULTS[0], base: str = "oracle", *causes: str) -> Trial:
    return Trial(base, fault, found(*causes), rank)


@pytest.mark.usefixtures("one_thread")
def test_every_fault_is_tried_on_the_same_runs() -> None:
    items = list(try_faults(bases=("oracle",), faults=FAULTS[:2], runs=2))
    assert items[:2] == [(1, 2), (2, 2)]
    assert [(one.base, one.fault) for one in items[2:]] == [
        ("oracle", None),
        *(("oracle", fault) for fault in FAULTS[:2]),
    ]


def test_it_can_be_stopped() -> None:
    assert list(try_faults(stop=lambda: True)) == []


def test_problems_are_the_same_every_time_and_half_of_them_negative() -> None:
    problems = load_problems(selftest.DATASET, 8)
    assert problems == load_problems(selftest.DATASET, 8)
    assert [str(problem.truth).startswith("-") for problem in problems] == [True, False] * 4


def test_the_rank_is_that_of_the_first_finding_with_the_cause() -> None:
    assert fault_rank(found("noise", "length"), FAULTS[0]) == 2
    assert fault_rank(found("noise"), FAULTS[0]) is None
    assert fault_rank(found("length"), None) is None


def test_nine_of_ten_pass_and_a_sound_reward_must_be_clean() -> None:
    good, bad = [tried(1)] * 9, [tried(None)]
    clean, dirty = [tried(None, None)], [tried(None, None, "oracle", "noise")]
    assert has_passed(good + bad + clean)
    assert not has_passed(good + bad + bad + clean)
    assert not has_passed(good + dirty)
    assert has_passed(good + clean + [tried(2, base="embedded")] * 3)
    assert not has_passed(good + clean + [tried(3, base="embedded")])
