"""The prefixes of many runs as one table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pfviz
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, truth
from pfviz.lab.findings import Findings, find_causes
from pfviz.lab.table.prefixes import PrefixTable, build_prefix_table, group_rows
from pfviz.problems.answers import extract_answer, is_correct
from pfviz.problems.problem import SEPARATOR
from pfviz.trace import Trace
from tests.contracts import toy
from tests.lab.tables import table

pytestmark = pytest.mark.xdist_group("lab")  # one process makes the runs of the oracle


@pytest.fixture(scope="module")
def traces(oracle_runs: list[Trace]) -> list[Trace]:
    """Two problems, one of them twice."""
    return [oracle_runs[3], oracle_runs[0], oracle_runs[3]]


@pytest.fixture(scope="module")
def found(traces: list[Trace]) -> PrefixTable:
    return build_prefix_table(traces)


def test_each_step_that_was_written_is_a_row(traces: list[Trace], found: PrefixTable) -> None:
    assert len(found) == sum(int(trace.written.sum()) for trace in traces)
    assert found.problems == tuple(sorted({trace.problem for trace in traces}))
    assert dict(zip(found.problems, found.truths, strict=True)) == {trace.problem: trace.truth for trace in traces}
    assert found.judged
    for row in range(len(found)):
        trace = traces[found.run[row]]
        t, n = trace.node(int(found.uid[row]))
        assert (found.step[row], found.texts[row], found.reward[row]) == (t, trace.texts[t][n], trace.rewards[t, n])
        assert found.right[row] == truth(trace).prefixes[t, n]
        assert found.problems[found.problem[row]] == trace.problem
        assert found.last[row] == trace.finished[t, n]
        assert found.tokens[row] == sum(trace.tokens[node] for node in trace.lineage(t, n))
        path = [found.texts[i] for i in found.path(row)]
        assert path == trace.path_texts(t, n)
        if found.last[row]:
            answer = extract_answer(SEPARATOR.join(path))
            right = answer is not None and is_correct(answer, str(trace.truth))
            assert found.answer[row] == (UNKNOWN if answer is None else RIGHT if right else WRONG)
        else:
            assert found.answer[row] == UNKNOWN


def test_a_parent_comes_before_its_children(found: PrefixTable) -> None:
    child = np.flatnonzero(found.parent >= 0)
    assert len(child)
    assert (found.parent[child] < child).all()
    assert (found.step[found.parent[child]] == found.step[child] - 1).all()


def test_errors_are_fresh_once_and_stale_afterwards() -> None:
    good, bad = ("a", RIGHT, 1.0), ("b", WRONG, 0.0)
    found = table([(0, [good, bad, bad, bad]), (0, [bad, bad]), (0, [good, good])])
    assert found.is_first_error.tolist() == [False, True, False, False, True, False, False, False]
    assert found.is_after_error.tolist() == [False, False, True, True, False, True, False, False]
    assert found.first_error_row.tolist() == [-1, 1, 1, 1, 4, 4, -1, -1]


def test_after_what_nobody_knows_no_error_is_the_first() -> None:
    found = table([(0, [("a", UNKNOWN, 1.0), ("b", WRONG, 0.0), ("c", WRONG, 0.0)])])
    assert not found.is_first_error.any()
    assert found.is_after_error.tolist() == [False, False, True]
    assert found.first_error_row.tolist() == [-1, -1, -1]
    # Nor after a step that another sweep gave, which has no row here.
    given = replace(found, parent=np.array([-1, -1, 1]), right=np.array([1, 0, 0]), step=np.array([0, 1, 2]))
    assert not given.is_first_error.any()


def test_what_a_sweep_was_given_is_a_row_of_the_other_one_only() -> None:
    trace = pfviz.run(
        "toy",
        method="particle_gibbs",
        generator=toy.ToyGenerator(),
        reward=toy.reward,
        particles=4,
        seed=3,
        max_steps=3,
        iterations=3,
    )
    found = build_prefix_table([trace])
    assert sorted(set(found.sweep.tolist())) == [0, 1, 2]
    assert len(found) == sum(int(sweep.written.sum()) for sweep in trace.sweeps)
    for row in range(len(found)):
        sweep = trace.sweeps[found.sweep[row]]
        t, n = sweep.node(int(found.uid[row]))
        assert found.tokens[row] == sum(sweep.tokens[node] for node in sweep.lineage(t, n))


def test_a_failed_step_is_no_row(traces: list[Trace]) -> None:
    trace = traces[0]
    ends = [list(step) for step in trace.ends]
    n = int(np.flatnonzero(trace.written[-1])[0])
    ends[-1][n] = "failed"
    assert len(build_prefix_table([replace(trace, ends=ends)])) == len(build_prefix_table([trace])) - 1


def test_without_a_judge_answers_tell(traces: list[Trace]) -> None:
    foreign = replace(traces[0], generator="somebody/else")
    assert not build_prefix_table([foreign]).judged
    assert build_prefix_table([foreign], lambda problem, steps: [True] * len(steps)).judged


def test_no_runs_have_no_rows() -> None:
    found = build_prefix_table([])
    assert (len(found), found.problems, found.judged) == (0, (), False)
    assert (
        len(found.cell_ids)
        == len(found.first_error_row)
        == len(found.is_first_error)
        == len(found.distinct_texts[1])
        == 0
    )


def test_rows_of_a_cell_share_problem_and_step() -> None:
    step = ("a", RIGHT, 1.0)
    cells = table([(0, [step, step]), (1, [step, step]), (0, [step])]).cell_ids
    assert cells[0] == cells[4]
    assert len(set(cells[:4].tolist())) == 4


def test_sums_go_along_the_solutions(found: PrefixTable) -> None:
    values = np.arange(len(found), dtype=np.float64)
    sums = found.sum_along_path(values)
    assert all(sums[row] == values[found.path(row)].sum() for row in range(len(found)))


def test_distinct_texts_spell_all_of_them(found: PrefixTable) -> None:
    texts, place = found.distinct_texts
    assert len(set(texts)) == len(texts) < len(found)
    assert tuple(texts[i] for i in place) == found.texts


def test_other_rewards_leave_the_rest() -> None:
    found = table([(0, [("a", RIGHT, 1.0)])])
    other = found.with_reward(np.array([0.25]))
    assert (other.reward[0], found.reward[0], other.texts) == (0.25, 1.0, found.texts)


def test_groups_are_the_rows_of_each_number() -> None:
    numbers = np.array([3, 1, 3, 2, 1])
    assert [one.tolist() for one in group_rows(numbers)] == [[1, 4], [3], [0, 2]]
    assert [one.tolist() for one in group_rows(numbers, np.array([True, False, True, False, True]))] == [[4], [0, 2]]
    assert group_rows(numbers, np.zeros(5, dtype=np.bool_)) == []


def test_the_order_of_the_runs_changes_nothing_that_is_found(oracle_runs: list[Trace]) -> None:
    def spoilt(order: list[Trace]) -> Findings:
        found = build_prefix_table(order)
        return find_causes(found.with_reward(np.clip(0.6 * found.reward + 0.01 * found.tokens, 0, 1)))

    def told(found: Findings) -> list[tuple[str, str, float, float]]:
        return [(f.cause, f.sentence, round(f.estimate.low, 9), round(f.estimate.high, 9)) for f in found.found]

    assert told(spoilt(oracle_runs)) == told(spoilt(oracle_runs[::-1])) != []
