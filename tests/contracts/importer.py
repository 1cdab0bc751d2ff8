"""What the traces of every importer satisfy, as functions of a sample file. Parametrise a test over `CHECKS`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pfviz.trace import Trace, dumps, loads
from pfviz.trace.importers import Importer, find_importer
from pfviz.trace.invariants import check_invariants

Grid = Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Case:
    """A file, and what its format says of its first run: the way of texts to each slot at the end, the rewards (T, N)
    by the rule that its note states, and the labels (T, N), None where nobody has said anything."""

    importer: Importer
    data: bytes
    runs: int
    solutions: Sequence[Sequence[str]]
    rewards: Grid
    labels: Grid
    truth: str | None
    problem: str
    rule: str = ""  # words of the note that say how scores become rewards

    def read(self) -> Sequence[Trace]:
        return self.importer.read_traces(self.data)


def is_recognised_by_what_is_in_it(case: Case) -> None:
    """Whatever stands before the first row, and after the last one; no other format takes it."""
    for data in (case.data, b"\xef\xbb\xbf" + case.data, b"\n \n" + case.data + b"\n\n"):
        found = find_importer(data)
        assert found is not None
        assert found.name == case.importer.name
    assert not case.importer.recognise(b"")
    assert not case.importer.recognise(b'{"name": "somebody"}')


def traces_are_valid(case: Case) -> None:
    """Each run, with every invariant of a trace."""
    traces = case.read()
    assert len(traces) == case.runs
    for trace in traces:
        check_invariants(trace)
        assert trace.steps >= 1
        assert ((trace.rewards >= 0) & (trace.rewards <= 1)).all()
        assert trace.status == "finished"


def traces_survive_their_own_file(case: Case) -> None:
    """Saved and read again they are the same."""
    for trace in case.read():
        assert dumps(loads(dumps(trace))) == dumps(trace)


def a_file_is_read_alike_twice(case: Case) -> None:
    """Nothing is drawn at random, and nothing is kept from one reading to the next."""
    assert [dumps(trace) for trace in case.read()] == [dumps(trace) for trace in case.read()]


def texts_are_preserved(case: Case) -> None:
    """The problem, the true answer and each step, in their order."""
    trace = case.read()[0]
    assert trace.problem == case.problem
    assert trace.truth == case.truth
    last = trace.steps - 1
    assert [trace.path_texts(last, slot) for slot in range(trace.particles)] == [list(one) for one in case.solutions]


def rewards_follow_the_stated_rule(case: Case) -> None:
    """To the last digits, and the note says which rule."""
    trace = case.read()[0]
    np.testing.assert_allclose(trace.rewards, np.array(case.rewards, dtype=np.float64), rtol=1e-9)
    assert case.rule in trace.notes[0].text


def labels_are_those_of_the_file(case: Case) -> None:
    """And unknown where the file has none."""
    expected = [[math.nan if one is None else one for one in row] for row in case.labels]
    np.testing.assert_array_equal(case.read()[0].step_labels, np.array(expected))


def what_is_unknown_stays_unknown(case: Case) -> None:
    """No tokens, no log-probability, no time of any step; one note says so."""
    for trace in case.read():
        assert not trace.tokens.any()
        assert np.isnan(trace.log_probs[trace.written]).all()
        assert not trace.seconds.any()
        assert not trace.started
        assert len(trace.notes) == 1
        assert "not hold" in trace.notes[0].text


CHECKS = (
    is_recognised_by_what_is_in_it,
    traces_are_valid,
    traces_survive_their_own_file,
    a_file_is_read_alike_twice,
    texts_are_preserved,
    rewards_follow_the_stated_rule,
    labels_are_those_of_the_file,
    what_is_unknown_stays_unknown,
)
