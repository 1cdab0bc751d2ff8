"""Old runs expire and too many give way: deleted ones first, starred ones last, and none that was just added."""

from __future__ import annotations

from pathlib import Path

from pfviz.store import Limits, Store
from tests.store.conftest import Clock
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)
DAY = 86400.0


def fill(store: Store, clock: Clock, number: int, owner: str = "") -> list[str]:
    found = []
    for _ in range(number):
        clock.now += 1
        found.append(store.save(TRACE, owner))
    return found


def left(store: Store) -> set[str]:
    return {entry.id for deleted in (False, True) for entry in store.entries(deleted=deleted)}


def test_each_owner_keeps_so_many(store: Store, clock: Clock) -> None:
    ann, bob = fill(store, clock, 4, "ann"), fill(store, clock, 2, "bob")
    store.star(ann[0])
    store.delete(ann[3])
    assert store.purge(Limits(owner_runs=2)) == 2
    assert left(store) == {ann[0], ann[2], *bob}


def test_all_together_keep_so_many_bytes(store: Store, clock: Clock) -> None:
    runs = fill(store, clock, 4)
    size = store.entry(runs[0]).bytes
    assert size > 0
    assert store.purge(Limits(bytes=2 * size)) == 2
    assert left(store) == set(runs[2:])


def test_what_is_not_starred_expires(store: Store, clock: Clock) -> None:
    old = fill(store, clock, 2)
    store.star(old[1])
    clock.now += 8 * DAY
    new = fill(store, clock, 1)
    assert store.purge(Limits(days=7)) == 1
    assert left(store) == {old[1], *new}


def test_a_deleted_run_can_be_restored_for_a_while(store: Store, clock: Clock) -> None:
    first, second = fill(store, clock, 2)
    store.delete(first)
    clock.now += 2 * DAY
    store.delete(second)
    assert store.purge(Limits(deleted_days=1)) == 1
    store.restore(second)


def test_the_limits_of_a_store_are_kept_when_a_run_is_added(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path / "small.db", limits=Limits(owner_runs=2, bytes=1), clock=clock) as store:
        runs = fill(store, clock, 3)
        assert left(store) == {runs[-1]}, "more bytes than allowed, but it was just added"


def test_nothing_stays_of_a_run_that_is_removed(store: Store, clock: Clock) -> None:
    (run,) = fill(store, clock, 1)
    store.tag(run, "t")
    store.delete(run)
    store.purge()
    with store._database.read() as database:
        for table in ("runs", "sweeps", "steps", "tags", "run_words", "step_words"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table
