"""Kin and walks through a small genealogy that is written out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pfviz.diagnostics import kinship
from pfviz.trace import Trace
from tests.traces import synthetic_trace


@pytest.fixture
def family() -> Trace:
    """Three particles over three steps: slot 1 has two children, slot 2 one, slot 0 none; then one line each."""
    trace = synthetic_trace(particles=3, steps=3)
    return dataclasses.replace(
        trace,
        uids=np.arange(9).reshape(3, 3),
        ancestors=np.array([[1, 1, 2], [1, 1, 1], [0, 1, 2]]),
        finished=np.array([[False] * 3, [False] * 3, [True] * 3]),
        resampled=np.array([True, True, False]),
        log_weights=np.log(np.array([[0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.3, 0.5, 0.2]])),
    )


def test_kin(family: Trace) -> None:
    assert kinship.kin(family, 1) == kinship.Kin(parent=None, siblings=(0, 2), children=(4, 3))
    assert kinship.kin(family, 3) == kinship.Kin(parent=1, siblings=(4,), children=())
    assert kinship.kin(family, 4) == kinship.Kin(parent=1, siblings=(3,), children=(7, 6, 8))


def test_offspring(family: Trace) -> None:
    assert kinship.offspring(family, 1).actual == 2
    assert kinship.offspring(family, 1).expected == pytest.approx(1.5)
    assert kinship.offspring(family, 0).actual == 0
    assert kinship.offspring(family, 8).actual is None


def test_who_survives(family: Trace) -> None:
    assert [uid for uid in range(9) if kinship.survives(family, uid)] == [1, 4, 6, 7, 8]


def test_arrow_keys(family: Trace) -> None:
    assert kinship.neighbour(family, 7, "parent") == 4
    assert kinship.neighbour(family, 1, "parent") == 1
    assert kinship.neighbour(family, 1, "child") == 4
    assert kinship.neighbour(family, 0, "child") == 0
    assert kinship.neighbour(family, 3, "next") == 4
    assert kinship.neighbour(family, 4, "next") == 5  # a cousin: the siblings are through
    assert kinship.neighbour(family, 3, "previous") == 5


def test_every_step_of_the_same_time_is_reached_by_one_key() -> None:
    trace = synthetic_trace(particles=16, steps=5)
    start = int(trace.uids[2, np.flatnonzero(trace.written[2])[0]])
    seen, uid = set(), start
    while uid not in seen:
        seen.add(uid)
        uid = kinship.neighbour(trace, uid, "next")
    assert seen == set(trace.uids[2, trace.written[2]].tolist())


def test_a_finished_particle_that_waits_has_no_children() -> None:
    trace = synthetic_trace(particles=16, steps=8)
    t, n = map(int, np.argwhere(trace.finished[:-1] & trace.written[:-1])[0])
    assert kinship.kin(trace, int(trace.uids[t, n])).children == ()


@pytest.mark.parametrize("sent", [None, "x", -1, 10**9, 1e400, float("nan"), True, [1], {"uid": 1}, "9" * 9000])
def test_a_uid_that_names_nothing_selects_nothing(sent: object) -> None:
    assert kinship.valid_uid(synthetic_trace(), sent) is None
    assert kinship.valid_uid(None, sent) is None


def test_a_uid_as_the_browser_sends_it() -> None:
    assert kinship.valid_uid(synthetic_trace(), 3) == kinship.valid_uid(synthetic_trace(), 3.0) == 3


def test_the_heaviest(family: Trace) -> None:
    assert kinship.heaviest_particle(family) == 7
    assert kinship.heaviest_particle(family, frozenset((0, 2))) == 6
