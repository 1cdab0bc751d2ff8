"""A reward model asked outside of a run gives numbers in [0, 1], or is refused in words."""

from __future__ import annotations

import math

import pytest

from pfviz.errors import LabError
from pfviz.lab.probes.scoring import score_steps, text_step


class Giving:
    """A session that gives these numbers."""

    def __init__(self, *values: float) -> None:
        self.values = values

    def score(self, steps):
        return {slot: value for slot, value in enumerate(self.values) if slot in steps}

    def select(self, ancestors) -> None:
        pass


STEPS = {0: text_step("a step", finished=False), 1: text_step("another", finished=True)}


def test_rewards_are_told_by_slot() -> None:
    assert score_steps(Giving(0.0, 1.0), "judge", STEPS) == {0: 0.0, 1: 1.0}
    assert (STEPS[0].end, STEPS[1].end, STEPS[1].finished) == ("separator", "eos", True)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value) -> None:
    with pytest.raises(LabError, match="'judge' gives no number for the step 'another'"):
        score_steps(Giving(0.5, value), "judge", STEPS)


def test_a_slot_that_is_left_out_is_refused() -> None:
    with pytest.raises(LabError, match="no number for the step 'another'"):
        score_steps(Giving(0.5), "judge", STEPS)


@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_what_is_outside_of_the_range_is_refused(value) -> None:
    with pytest.raises(LabError, match=f"gives {value} for a step"):
        score_steps(Giving(value, 0.5), "judge", STEPS)
