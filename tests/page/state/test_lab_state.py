"""The lab of one tab: what it holds, what it refuses, and whose runs it speaks of."""

from __future__ import annotations

import dataclasses

import pytest

from pfviz.lab.diagnosis import Diagnosis, diagnose
from pfviz.page.state import lab_state
from pfviz.page.state.lab_state import Lab
from pfviz.trace import Trace
from tests.lab.diagnosed import runs


def test_what_is_here_already_is_not_added_again() -> None:
    lab = Lab()
    assert lab.add(runs()[:2]) == []
    assert lab.add(runs()[:3]) == ["2 runs were in the lab already."]
    assert lab.traces == list(runs()[:3])


def test_past_the_most_the_rest_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_state, "MAX_TRACES", 3)
    lab = Lab()
    assert lab.add(runs()[:5]) == ["The lab holds 3 runs at most; 2 runs were left out."]
    assert lab.traces == list(runs()[:3])


def test_the_reward_of_most_runs_is_diagnosed_unless_another_is_chosen() -> None:
    lab, others = Lab(), [dataclasses.replace(trace, reward="other") for trace in runs()[:3]]
    lab.add([*others[:1], *runs()[:4], *others[1:]])
    lab.diagnose()
    assert lab.diagnosis is not None
    assert (lab.diagnosis.reward, lab.diagnosis.runs, lab.diagnosed_runs) == ("synthetic", 4, (1, 2, 3, 4))
    lab.reward = "other"
    lab.diagnose()
    assert (lab.diagnosis.reward, lab.diagnosis.runs, lab.diagnosed_runs) == ("other", 3, (0, 5, 6))
    lab.reward = "nobody's"
    lab.diagnose()
    assert lab.diagnosis.reward == "synthetic"


def test_what_was_asked_for_later_stays_when_an_earlier_diagnosis_ends_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab, judged = Lab(), list[int]()

    def slow(traces: list[Trace]) -> Diagnosis:
        judged.append(len(traces))
        if len(judged) == 1:  # while the first one takes its time, a run is added
            lab.add(runs()[2:3])
            lab.diagnose()
        return diagnose(traces)

    monkeypatch.setattr(lab_state, "diagnose", slow)
    lab.add(runs()[:2])
    lab.diagnose()
    assert judged == [2, 3]
    assert lab.diagnosis is not None
    assert (lab.diagnosis.runs, lab.diagnosed_runs) == (3, (0, 1, 2))


def test_a_batch_that_is_replaced_or_cleared_is_stopped() -> None:
    lab = Lab()
    first = lab.begin_batch()
    second = lab.begin_batch()
    assert first.is_set()
    assert not second.is_set()
    lab.end_batch(first)
    assert lab.batch is second
    lab.add(runs()[:1])
    lab.diagnose()
    lab.clear()
    assert second.is_set()
    assert (lab.traces, lab.diagnosis, lab.diagnosed_runs) == ([], None, ())
    lab.end_batch(second)
    assert lab.batch is None
