"""The lab tries itself on faults that it knows."""

from __future__ import annotations

import pytest

from pfviz.lab import selftest
from pfviz.lab.causes.base import Finding
from pfviz.lab.findings import Findings
from pfviz.lab.intervals import NOTHING
from pfviz.lab.plants import PLANTS, Plant
from pfviz.lab.selftest import Tried, passed, rank, try_plants


def found(*causes: str) -> Findings:
    return Findings(tuple(Finding(cause, "", 0.5, NOTHING) for cause in causes), ())


def tried(rank: int | None, plant: Plant | None = PLANTS[0], base: str = "oracle", *causes: str) -> Tried:
    return Tried(base, plant, found(*causes), rank)


@pytest.mark.usefixtures("one_thread")
def test_every_fault_is_tried_on_the_same_runs() -> None:
    items = list(try_plants(bases=("oracle",), plants=PLANTS[:2], runs=2))
    assert items[:2] == [(1, 2), (2, 2)]
    assert [(one.base, one.plant) for one in items[2:]] == [
        ("oracle", None),
        *(("oracle", plant) for plant in PLANTS[:2]),
    ]


def test_it_can_be_stopped() -> None:
    assert list(try_plants(stop=lambda: True)) == []


def test_problems_are_the_same_every_time_and_half_of_them_negative() -> None:
    problems = selftest.problems(8)
    assert problems == selftest.problems(8)
    assert [str(problem.truth).startswith("-") for problem in problems] == [True, False] * 4


def test_the_rank_is_that_of_the_first_finding_with_the_cause() -> None:
    assert rank(found("noise", "length"), PLANTS[0]) == 2
    assert rank(found("noise"), PLANTS[0]) is None
    assert rank(found("length"), None) is None


def test_nine_of_ten_pass_and_a_sound_reward_must_be_clean() -> None:
    good, bad = [tried(1)] * 9, [tried(None)]
    clean, dirty = [tried(None, None)], [tried(None, None, "oracle", "noise")]
    assert passed(good + bad + clean)
    assert not passed(good + bad + bad + clean)
    assert not passed(good + dirty)
    assert passed(good + clean + [tried(2, base="embedded")] * 3)
    assert not passed(good + clean + [tried(3, base="embedded")])
