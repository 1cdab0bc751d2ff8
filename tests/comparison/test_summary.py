"""What came of each run, and the table that says it."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.comparison.comparison import compare
from pfviz.comparison.summary import summarise
from pfviz.comparison.table import difference_rows, outcome_rows
from tests.comparison.runs import make_run
from tests.sweeps import gibbs
from tests.traces import synthetic_trace


def test_a_summary_says_what_the_trace_says() -> None:
    trace = make_run()
    found = summarise(trace)
    assert (found.answer, found.steps, found.tokens) == (trace.answer, trace.steps, trace.tokens.sum())
    assert found.right_mass == pytest.approx(
        trace.weights[-1][[answer == "20" for answer in trace.final_answers]].sum()
    )
    assert found.lowest_ess == pytest.approx(trace.ess.min() / 8)
    assert found.lowest_ess_step == int(np.argmin(trace.ess)) + 1
    assert found.generations == 8
    assert found.scored_tokens == found.tokens
    assert summarise(make_run("self_consistency")).scored_tokens == 0  # it asks no reward


def test_generations_of_several_sweeps_are_those_of_the_budget() -> None:
    assert summarise(gibbs(iterations=4, particles=5)).generations == 5 + 3 * 4


def test_what_is_not_known_is_no_number() -> None:
    found = summarise(synthetic_trace(4, 2, truth=None))  # by a method that is not known here
    assert (found.generations, found.scored_tokens, found.correct, found.right_mass) == (None,) * 4


def test_the_table_has_a_cell_for_each_run_and_leaves_out_no_outcome() -> None:
    compared = compare([make_run(), make_run("dvts"), synthetic_trace(8, 4, truth=None)])
    rows = {row.name: row.cells for row in (*difference_rows(compared), *outcome_rows(compared))}
    assert all(len(cells) == 3 for cells in rows.values())
    assert rows["Method"] == ("Particle filtering", "DVTS", "particle filtering")
    assert rows["Right?"][2] == "not known"
    assert rows["Steps"] == tuple(str(trace.steps) for trace in compared.traces)
    assert rows["Generations"] == ("8", "8", "–")
