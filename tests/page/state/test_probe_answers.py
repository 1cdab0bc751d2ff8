"""What is kept of what models answered."""

from __future__ import annotations

from dataclasses import replace

from pfviz.lab.probes.values import PrefixValue, TreeValues
from pfviz.page.state.probe_answers import ProbeAnswers
from tests.page.render.run.test_inspector import poisoned


def test_the_value_of_more_rollouts_counts_and_holds_for_the_same_texts() -> None:
    trace = poisoned()
    answers = ProbeAnswers()
    answers.add_values(trace, PrefixValue((5,), 0.5, 3, 8))
    answers.add_values(trace, PrefixValue((5,), 0.5, 2, 4))
    same = next(value for value in answers.prefix_values if 5 in value.uids)
    assert (same.right, same.rollouts) == (3, 8)
    assert set(answers.measured_values) == set(same.uids)
    answers.add_values(trace, TreeValues((replace(same, right=4, rollouts=16),), 16, 0))
    assert answers.measured_values[5].rollouts == 16
