"""What is stored comes back, grows step by step, is found, marked, deleted and restored, and is whose it is."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from threading import Thread

import pytest

from pfviz.errors import StoreError
from pfviz.store import RunEntry, Store
from pfviz.trace import Trace, dumps
from tests.store.conftest import Clock
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 5, truth="12")


def ids(entries: list[RunEntry]) -> list[str]:
    return [entry.id for entry in entries]


def running(trace: Trace, steps: int) -> Trace:
    return dataclasses.replace(trace.upto(steps), status="running")


@pytest.mark.parametrize("trace", [TRACE, gibbs()], ids=["one sweep", "several sweeps"])
def test_what_is_saved_comes_back_to_the_letter(store: Store, trace: Trace) -> None:
    assert dumps(store.load(store.save(trace))) == dumps(trace)


def test_a_run_is_recorded_step_by_step_and_is_always_there_as_far_as_it_is(store: Store) -> None:
    run = store.begin(running(TRACE, 1))
    for steps in range(2, TRACE.steps):
        store.record(run, running(TRACE, steps))
        assert dumps(store.load(run)) == dumps(running(TRACE, steps))
        assert (store.entry(run).steps, store.entry(run).status) == (steps, "running")
    store.record(run, TRACE)
    assert dumps(store.load(run)) == dumps(TRACE)


def test_the_sweeps_of_a_run_are_recorded_as_they_come(store: Store) -> None:
    whole = gibbs()
    run = store.begin(dataclasses.replace(whole.sweep(0), status="running"))
    for number in range(1, len(whole.sweeps)):
        store.record(run, whole.sweep(number))
    store.record(run, whole)
    assert dumps(store.load(run)) == dumps(whole)


def test_a_run_that_goes_over_its_past_again_takes_nothing_away(store: Store) -> None:
    run = store.save(TRACE)
    store.record(run, running(TRACE, 2))
    assert dumps(store.load(run)) == dumps(TRACE)


def test_an_entry_says_what_the_run_was_and_what_came_of_it(store: Store) -> None:
    entry = store.entry(store.save(TRACE, owner="ann"))
    assert (entry.owner, entry.problem, entry.particles, entry.steps) == ("ann", TRACE.problem, 8, TRACE.steps)
    assert (entry.status, entry.answer, entry.tokens) == ("finished", TRACE.answer, TRACE.written_tokens)
    assert entry.verdict == ("right" if TRACE.choice and TRACE.choice.correct else "wrong")
    assert entry.ess == pytest.approx(TRACE.ess.min())
    assert store.entry(store.save(synthetic_trace(8, 5, truth=None))).verdict == "unknown"


def test_a_run_that_nobody_records_any_more_is_interrupted_and_goes_on(store: Store) -> None:
    run = store.begin(running(TRACE, 3))
    store.interrupt(run)
    assert store.entry(run).status == "interrupted"
    assert store.entry(run).can_resume
    assert store.load(run).status == "stopped"
    store.record(run, running(TRACE, 4))
    assert store.entry(run).status == "running"
    store.record(run, TRACE)
    store.interrupt(run)
    assert store.entry(run).status == "finished"


def test_marks_of_a_person_are_kept_and_found(store: Store) -> None:
    run, other = store.save(TRACE), store.save(TRACE)
    store.rename(run, "  A good\nname ")
    store.tag(run, "thesis", " chapter  2 ", "thesis")
    store.star(run)
    entry = store.entry(run)
    assert (entry.name, entry.title, entry.tags, entry.starred) == (
        "A good name", "A good name", ("chapter 2", "thesis"), True,
    )  # fmt: skip
    assert ids(store.entries("thes")) == ids(store.entries(tag="thesis")) == ids(store.entries(starred=True)) == [run]
    store.untag(run, "thesis")
    store.rename(run, "")
    store.star(run, False)
    assert store.entries("thesis") == store.entries(starred=True) == []
    assert store.entry(run).title == TRACE.problem
    assert store.choices() == {"status": ["finished"], "method": ["particle filtering"], "tag": ["chapter 2"]}
    assert set(ids(store.entries())) == {run, other}


def test_a_deleted_run_is_restored_until_it_is_purged(store: Store) -> None:
    runs = [store.save(TRACE) for _ in range(3)]
    store.delete(*runs[:2])
    assert ids(store.entries()) == runs[2:]
    assert set(ids(store.entries(deleted=True))) == set(runs[:2])
    with pytest.raises(StoreError, match="was deleted"):
        store.load(runs[0])
    store.restore(runs[0])
    assert dumps(store.load(runs[0])) == dumps(TRACE)
    assert store.purge() == 1
    with pytest.raises(StoreError, match="There is no run"):
        store.restore(runs[1])
    assert store.count() == 2


def test_one_wrong_id_among_several_deletes_nothing(store: Store) -> None:
    run = store.save(TRACE)
    with pytest.raises(StoreError):
        store.delete(run, "nothing")
    assert store.count() == 1


def test_a_run_of_another_owner_is_answered_as_one_that_is_not_there(store: Store) -> None:
    run = store.save(TRACE, owner="ann")
    assert store.entries(owner="bob") == []
    assert store.choices(owner="bob") == {"status": [], "method": [], "tag": []}
    for act in (store.load, store.entry, store.delete, store.star):
        with pytest.raises(StoreError) as known:
            act(run, owner="bob")
        with pytest.raises(StoreError) as unknown:
            act("x" * len(run), owner="bob")
        assert str(known.value).replace(run, "") == str(unknown.value).replace("x" * len(run), "")


def test_runs_are_sorted_and_come_in_pages(store: Store, clock: Clock) -> None:
    runs = []
    for name, particles in (("b", 4), ("a", 16), ("c", 8)):
        clock.now += 1
        runs.append(store.save(synthetic_trace(particles, 4)))
        store.rename(runs[-1], name)
    assert ids(store.entries()) == runs[::-1]
    assert ids(store.entries(sort="oldest", limit=1, offset=1)) == runs[1:2]
    assert [entry.name for entry in store.entries(sort="name")] == ["a", "b", "c"]
    assert [entry.particles for entry in store.entries(sort="particles")] == [16, 8, 4]
    with pytest.raises(StoreError, match="newest"):
        store.entries(sort="started; DROP TABLE runs")


def test_another_trace_takes_the_place_of_a_runs(store: Store) -> None:
    run = store.save(TRACE)
    marked = dataclasses.replace(TRACE, truth="99")
    store.replace(run, marked)
    assert dumps(store.load(run)) == dumps(marked)
    assert store.entry(run).verdict == "wrong"
    assert len(store.entries("Compute")) == 1


def test_threads_and_a_second_store_of_the_file_write_at_once(store: Store, tmp_path: Path) -> None:
    wrong: list[Exception] = []

    def write(own: Store) -> None:
        try:
            for _ in range(3):
                run = own.begin(running(TRACE, 1))
                for steps in range(2, TRACE.steps):
                    own.record(run, running(TRACE, steps))
                own.record(run, TRACE)
        except Exception as error:
            wrong.append(error)

    with Store(tmp_path / "runs.db") as second:
        threads = [Thread(target=write, args=(own,)) for own in (store, store, second, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert store.count(status="finished") == 12
    assert {dumps(store.load(entry.id)) for entry in store.entries()} == {dumps(TRACE)}


def test_hostile_texts_are_stored_and_are_no_sql(store: Store) -> None:
    texts = [["'; DROP TABLE runs; --", "\ud800 half a letter", *row[2:]] for row in TRACE.texts]
    trace = dataclasses.replace(TRACE, problem="a\"b'c\x00 \udfff", texts=texts, seed=10**30)
    run = store.save(trace, owner="'x")
    store.rename(run, "\ud800'); DROP")
    store.tag(run, "\ud800\"'")
    assert dumps(store.load(run, owner="'x")) == dumps(trace)
    assert store.entry(run).seed == 10**30
    for query in ('"', "' OR 1", "AND NOT (", "drop table", "\ud800", "a*b^c:d", "col:half"):
        store.entries(query)
    assert ids(store.entries("drop half")) == [run]
