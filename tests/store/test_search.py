"""What is typed finds the runs in which each word stands, or begins one."""

from __future__ import annotations

import dataclasses

import pytest

from pfviz.store import Store
from tests.traces import synthetic_trace

TRACE = synthetic_trace(6, 4)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("compute", True),
        ("COMP", True),
        ("12 + 7", True),
        ("have", True),  # in a step
        ("compute have", True),  # one in the problem, one in a step
        ("compute elephant", False),
        ("pute", False),
        ("+", True),  # nothing to look for
        ("数", False),
    ],
)
def test_words_of_the_problem_and_of_what_was_written(store: Store, query: str, found: bool) -> None:
    store.save(TRACE)
    assert bool(store.entries(query)) is found


def test_letters_without_spaces_between_are_found_within(store: Store) -> None:
    run = store.save(dataclasses.replace(TRACE, problem="求最大的质数因子"))
    assert [entry.id for entry in store.entries("质数")] == [run]
    assert store.entries("数质") == []


def test_an_id_finds_its_run(store: Store) -> None:
    run = store.save(TRACE)
    store.save(TRACE)
    assert [entry.id for entry in store.entries(run)] == [run]


def test_filters_narrow_a_search(store: Store) -> None:
    run = store.save(TRACE)
    store.save(dataclasses.replace(TRACE, method="best of n"))
    stopped = store.save(dataclasses.replace(TRACE, status="stopped"))
    assert {entry.id for entry in store.entries("compute", method="particle filtering")} == {run, stopped}
    assert [entry.id for entry in store.entries(method="particle filtering", status="stopped")] == [stopped]
    assert store.count("compute") == 3
