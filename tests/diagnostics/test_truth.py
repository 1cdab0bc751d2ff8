"""Which prefixes are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import pfviz
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG, judge_with_oracle, label_prefixes, true_answer, truth
from pfviz.problems.problem import Problem
from pfviz.trace import Trace

RUN: Trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=8, seed=1, reward="naive", temperature=1.0)


def test_the_oracle_judges_every_prefix_of_the_embedded_pair() -> None:
    found = truth(RUN)
    assert (found.source, found.answer) == ("steps", "12")
    for t in range(RUN.steps):
        for n in range(RUN.particles):
            assert bool(found.prefixes[t, n]) is judge_with_oracle(Problem(RUN.problem), RUN.path_texts(t, n))[-1]
    assert {RIGHT, WRONG} == set(found.prefixes.flat)
    # An answer can be right although a step is wrong, but a right solution has the right answer.
    assert (found.answers[found.prefixes[-1] == RIGHT] == RIGHT).all()


def test_who_waits_has_the_label_of_its_solution() -> None:
    found = truth(RUN)
    for t in range(1, RUN.steps):
        for n in np.flatnonzero(~RUN.written[t]):
            assert found.prefixes[t, n] == found.prefixes[t - 1, RUN.ancestors[t - 1, n]]


def test_of_other_models_the_answers_tell() -> None:
    foreign = replace(RUN, generator="somebody/else", problem="A riddle", truth="12")
    found = truth(foreign)
    assert found.source == "answers"
    assert (found.prefixes[-1] == found.answers).all()
    first = found.prefixes[0]
    for n in range(RUN.particles):
        descendants = np.flatnonzero(np.array([RUN.lineage(RUN.steps - 1, s)[0][1] for s in range(8)]) == n)
        told = [found.answers[s] for s in descendants if found.answers[s] != UNKNOWN]
        assert first[n] == (UNKNOWN if not told else int(2 * sum(told) >= len(told)))


def test_where_nobody_knows_nothing_is_known() -> None:
    riddle = replace(RUN, generator="somebody/else", problem="A riddle", truth=None)
    found = truth(riddle)
    assert (found.source, found.answer, true_answer(riddle)) == ("nothing", None, None)
    assert (found.prefixes == UNKNOWN).all()
    assert (found.answers == UNKNOWN).all()


def test_somebody_elses_judge_is_asked() -> None:
    found = truth(RUN, lambda problem, steps: [len(step) % 2 == 0 for step in steps])
    assert found.source == "steps"
    t, n = RUN.steps - 1, 0
    assert found.prefixes[t, n] == (len(RUN.path_texts(t, n)[-1]) % 2 == 0)


def test_half_a_run_can_be_judged() -> None:
    cut = RUN.upto(1)
    assert truth(cut).prefixes.shape == (1, 8)
    assert truth(cut).source == "steps"


def test_labels_of_steps_come_before_the_answers_and_the_oracle() -> None:
    """A bad step spoils what comes from it; a prefix is right where each step of it has a label and none is bad."""
    labels = np.full(RUN.rewards.shape, np.nan)
    labels[0] = [1, 0, -1, np.nan, 1, 1, 1, 1]
    labels[1] = np.where(RUN.written[1], 1, np.nan)
    labels[1, 4] = -1
    for run in (RUN, replace(RUN, generator="somebody/else", problem="A riddle", truth=None)):
        found, otherwise = truth(replace(run, step_labels=labels)), truth(run).prefixes
        assert found.source == "steps"
        for t, n in np.ndindex(RUN.rewards.shape):
            told = [labels[node] for node in RUN.solution(t, n)]
            known = WRONG if -1 in told else otherwise[t, n] if np.isnan(told).any() else RIGHT
            assert found.prefixes[t, n] == known
    assert {WRONG, RIGHT} <= set(label_prefixes(replace(RUN, step_labels=labels)).flat)
    assert (label_prefixes(RUN) == UNKNOWN).all()
