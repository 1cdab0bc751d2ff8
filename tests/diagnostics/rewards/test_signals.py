"""Signals of solutions: what they order, and that what a trace lacks is not known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics.rewards.signals import SIGNALS, compare_signals, score_prefix, score_solutions
from pfviz.models.registry import REWARDS
from pfviz.types import Step
from tests.contracts import toy

STEP = Step("1 + 2 = 4", (1, 2), -0.6, False, "separator", (-0.1, -0.5), (0.2, 0.4))


def test_a_prefix_is_scored_as_a_whole() -> None:
    found = score_prefix([STEP, replace(STEP, text="2 * 2 = 4")])
    assert found["confidence"] == pytest.approx(math.exp(-0.3))
    assert found["confidence-min"] == pytest.approx(math.exp(-0.5))
    assert found["confidence-sum"] == pytest.approx(math.exp(-1.2))
    assert found["confidence-entropy"] == found["confidence-tail"] == pytest.approx(math.exp(-0.3))
    assert found["arithmetic"] == -1
    assert found["earlier"] == pytest.approx(1 / 3)
    assert set(found) <= set(REWARDS)  # each is a reward by that name


def test_what_is_not_recorded_is_not_known() -> None:
    bare = score_prefix([Step("a", (1, 2), None, True, "eos")])
    assert all(math.isnan(bare[signal.name]) for signal in SIGNALS if signal.name.startswith("confidence"))
    assert bare["shorter"] < 1


def test_the_solutions_of_a_run_are_compared() -> None:
    trace = pfviz.run("toy", particles=6, seed=2, generator=toy.ToyGenerator(), reward=toy.reward)
    scores = score_solutions(trace)
    assert list(scores) == ["reward", *(signal.name for signal in SIGNALS)]
    assert {values.shape for values in scores.values()} == {(6,)}
    assert scores["reward"].tolist() == trace.rewards[-1].tolist()
    right = np.array([True, False] * 3)
    found = compare_signals(scores, right, ~right, np.zeros(6, dtype=np.int64))
    assert found["constant"].value == 0.5
    assert found["constant"].count == 3
