"""The answer under each aggregation and each way to pick."""

from __future__ import annotations

import pytest

import pfviz
from pfviz.diagnostics.winners import PICKS, winners
from pfviz.inference.answers import Answers
from pfviz.trace import Trace
from tests.traces import synthetic_trace

PROBLEM = "Compute (12 + 7) * 3 - 45"


def run(**settings: object) -> Trace:
    return pfviz.run(PROBLEM, particles=8, seed=1, reward="naive", temperature=1.0, **settings)


@pytest.mark.parametrize(
    "settings",
    [{}, {"method": "weighted_best_of_n", "aggregation": "product"}, {"method": "beam_search", "pick": "majority"},
     {"aggregation": "model", "pick": "vote"}],
)  # fmt: skip
def test_the_run_s_own_rule_gives_the_run_s_answer(settings: dict[str, str]) -> None:
    trace = run(**settings)
    table = winners(trace)
    assert len(table) == 4 * len(PICKS)
    (own,) = [cell for cell in table if cell.recorded]
    assert own.answer is not None
    assert trace.choice is not None
    assert own.answer.canonical == trace.choice.canonical
    assert own.answer.mass == pytest.approx(trace.choice.mass)


def test_each_cell_is_the_pick_of_its_own_scores() -> None:
    trace = run(method="best_of_n")
    last = trace.steps - 1
    paths = [[trace.rewards[node] for node in trace.solution(last, n)] for n in range(8)]
    aggregate = {
        "last": lambda r: r[-1],
        "min": min,
        "product": lambda r: r[0] * r[1] * r[2],
        "mean": lambda r: sum(r) / 3,
    }
    for cell in winners(trace):
        scores = [aggregate[cell.aggregation](path) for path in paths]
        assert cell.answer is not None
        if cell.pick == "highest":
            assert cell.uid == trace.uids[last, scores.index(max(scores))]
        if cell.pick == "majority":
            assert cell.answer.count == max(row.count for row in trace.answers.rows)
        if cell.pick == "vote":
            assert cell.answer.mass == pytest.approx(sum(scores[n] for n in cell.answer.members) / sum(scores))
        assert cell.answer.correct == (cell.answer.display == "12")


def test_without_an_answer_nobody_wins() -> None:
    cut = synthetic_trace().upto(1)
    assert {cell.answer for cell in winners(cut)} == {None}
    assert {cell.uid for cell in winners(cut)} == {None}
    assert Answers.from_particles([None], cut.rewards[0, :1], cut.rewards[0, :1]).rows == ()
