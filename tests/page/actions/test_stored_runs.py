"""The view "Runs": runs are stored as they happen, found, marked, deleted and opened; a link leads back to one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pfviz.page.actions import mark_answer, navigate, runs, stored_runs
from pfviz.page.actions.label_steps import label_step
from pfviz.page.forms import run_form
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run.run_link import read_address, render_link
from pfviz.page.render.run.run_view import best_particle
from pfviz.page.state.stored_runs import RunLibrary, StoredRuns
from pfviz.page.state.visits import Visit
from pfviz.store import Store
from pfviz.trace import dumps
from tests.browser.fake_pair import FakeEngine
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 4)
FORM: dict[str, Any] = {**run_form.DEFAULTS, "problem": "1 + 2", "particles": 4}
SECRETS = ("0" * 32, "1" * 32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "runs.db") as opened:
        yield opened


@pytest.fixture
def visit(store: Store) -> Visit:
    return Visit(stored=StoredRuns(RunLibrary(store)))


def shared_visit(library: RunLibrary, secret: str) -> Visit:
    visit = Visit(stored=StoredRuns(library))
    visit.stored.identify(secret)
    return visit


def act(visit: Visit, **sent: Any) -> PartValues:
    return list(stored_runs.act(visit, sent))[-1]


def test_a_run_is_stored_while_it_happens_and_its_link_is_shown(visit: Visit, store: Store) -> None:
    steps = []
    for values in runs.start(FakeEngine(pace=0), visit, FORM):
        if values.get("link"):
            (entry,) = store.entries()
            steps.append((entry.status, entry.steps))
            assert f"run={entry.id}" in values["link"]
    assert steps[0] == ("running", 1)
    assert steps[-1][0] == "finished"
    assert visit.trace is not None
    assert dumps(store.load(visit.run_id)) == dumps(visit.trace)


def test_a_run_that_is_left_is_interrupted_and_goes_on_under_its_id(visit: Visit, store: Store) -> None:
    engine, values = FakeEngine(pace=0), iter(())
    values = runs.start(engine, visit, FORM)
    while not visit.run_id:
        next(values)
    values.close()
    (entry,) = store.entries()
    assert entry.status == "interrupted"
    other = Visit(stored=visit.stored)
    assert stored_runs.open_run(other, {"runs": [entry.id]})["resumable"] is True
    for _ in runs.resume(engine, other):
        pass
    assert [(one.id, one.status) for one in store.entries()] == [(entry.id, "finished")]


def test_a_run_that_goes_on_somewhere_else_is_shown_as_far_as_it_is(visit: Visit, store: Store) -> None:
    run = store.begin(dataclasses.replace(TRACE.upto(2), status="running"))
    assert stored_runs.open_run(visit, {"runs": [run]})["resumable"] is False
    assert visit.trace is not None
    assert visit.trace.steps == 2


def test_a_file_is_stored_when_that_is_asked_for(visit: Visit, store: Store) -> None:
    navigate.show_trace(visit, TRACE)
    shown = list(stored_runs.show_list(visit))[-1]
    assert store.entries() == []
    assert "Keep the open run" in shown["runs_filters"]
    shown = act(visit, do="keep")
    assert [entry.id for entry in store.entries()] == [visit.run_id]
    assert "stored now" in shown["runs_note"]
    assert "Keep the open run" not in shown["runs_filters"]
    mark_answer.mark(visit, "57")
    assert store.load(visit.run_id).truth == TRACE.truth, "the truth is known"


def test_what_a_visitor_marks_is_stored(visit: Visit, store: Store) -> None:
    navigate.show_trace(visit, synthetic_trace(8, 4, truth=None, problem="Which one is it?"))
    act(visit, do="keep")
    mark_answer.mark(visit, "12")
    assert store.load(visit.run_id).truth == "12"
    label_step(visit, {"of": 3, "label": "bad"})
    assert store.load(visit.run_id).step_labels[0, 3] == -1


def test_the_list_is_searched_filtered_and_sorted(visit: Visit, store: Store) -> None:
    run = store.save(TRACE)
    other = store.save(dataclasses.replace(synthetic_trace(16, 4), problem="Another", status="stopped"))
    for sent, found in (
        ({}, [other, run]),
        ({"sort": "oldest"}, [run, other]),
        ({"query": "compute"}, [run]),
        ({"status": "stopped"}, [other]),
        ({"starred": True}, []),
        ({"tag": 7, "sort": ["x"], "query": None}, [other, run]),
    ):
        html = act(visit, do="filter", **sent)["runs_list"]
        ids = [part.split('"')[0] for part in html.split('<li data-run="')[1:]]
        assert ids == found, sent
    assert "No run is like that." in act(visit, do="filter", query="elephant")["runs_list"]


def test_a_run_is_named_tagged_starred_deleted_and_brought_back(visit: Visit, store: Store) -> None:
    run = store.save(TRACE)
    act(visit, do="edit", runs=[run], name="Mine", tags="#thesis, chapter 2,")
    shown = act(visit, do="star", runs=[run], on=True)
    entry = store.entry(run)
    assert (entry.name, entry.tags, entry.starred) == ("Mine", ("chapter 2", "thesis"), True)
    assert "★" in shown["runs_list"]
    act(visit, do="edit", runs=[run], name="", tags="thesis")
    assert store.entry(run).tags == ("thesis",)
    shown = act(visit, do="delete", runs=[run])
    assert f'data-runs="{run}"' in shown["runs_note"]
    assert "No runs yet" in shown["runs_list"]
    assert "is back" in act(visit, do="restore", runs=[run])["runs_note"]
    assert 'role="alert"' in act(visit, do="star", runs=["nothing"], on=True)["runs_note"]


def test_chosen_runs_are_compared_and_diagnosed(visit: Visit, store: Store) -> None:
    ids = [store.save(synthetic_trace(8, 4, seed=seed)) for seed in range(2)]
    values = stored_runs.compare(visit, {"runs": [*ids, "nothing"]})
    assert len(visit.compare.traces) == 2
    assert "There is no run" in values["compare_note"]
    list(stored_runs.diagnose(visit, {"runs": ids}))
    assert len(visit.lab.traces) == 2


def test_a_link_restores_the_run_the_sweep_and_the_particle(visit: Visit, store: Store) -> None:
    run = store.save(gibbs())
    values = stored_runs.follow_link(visit, read_address(f"?run={run}&sweep=2&step=1&particle=3&view=run"))
    assert (visit.run_id, visit.sweep, visit.selected) == (run, 1, 3)
    assert f"run={run}&amp;sweep=2&amp;step=1&amp;particle=3" in values["link"]
    stored_runs.follow_link(visit, read_address("run=story:rescue&step=2&particle=1"))
    assert visit.trace is not None
    assert visit.selected == int(visit.trace.uids[1, 1])
    assert "run=story:rescue" in render_link(visit)


@pytest.mark.parametrize("place", ["step=99&particle=0", "step=0&particle=0", "step=x", "sweep=7", "particle=-1"])
def test_what_is_not_in_the_run_is_passed_over(visit: Visit, store: Store, place: str) -> None:
    stored_runs.follow_link(visit, read_address(f"run={store.save(TRACE)}&{place}"))
    assert visit.selected == best_particle(TRACE)


def test_a_link_to_nothing_leaves_everything_as_it_is(visit: Visit) -> None:
    navigate.show_trace(visit, TRACE)
    for run in ("nothing", "story:nothing", "../x", "x" * 500):
        values = stored_runs.follow_link(visit, {"run": run})
        assert values.keys() == {"banner"} or "link" in values
        assert 'role="alert"' in values["banner"]
        assert visit.trace is TRACE


def test_visitors_of_a_shared_page_see_own_runs_alone(store: Store) -> None:
    library = RunLibrary(store, shared=True)
    ann, bob = (shared_visit(library, secret) for secret in SECRETS)
    for _ in runs.start(FakeEngine(pace=0), ann, FORM):
        pass
    assert f'data-run="{ann.run_id}"' in act(ann, do="refresh")["runs_list"]
    assert "for you alone" in act(bob, do="refresh")["runs_list"]
    answers = [stored_runs.follow_link(bob, {"run": run})["banner"] for run in (ann.run_id, "x" * 10)]
    assert answers[0].replace(ann.run_id, "") == answers[1].replace("x" * 10, "")
    for what in ("delete", "star", "edit", "restore"):
        act(bob, do=what, runs=[ann.run_id], on=True, name="his", tags="")
    assert (store.entry(ann.run_id).starred, store.entry(ann.run_id).name) == (False, "")
    assert SECRETS[0] not in store.entry(ann.run_id).owner
    again = shared_visit(library, SECRETS[0])  # another tab of the same browser
    assert stored_runs.open_run(again, {"runs": [ann.run_id]})["problem"] == "1 + 2"


def test_a_browser_that_keeps_nothing_stores_nothing_on_a_shared_page(store: Store) -> None:
    visit = shared_visit(RunLibrary(store, shared=True), "")
    for _ in runs.start(FakeEngine(pace=0), visit, FORM):
        pass
    assert store.entries() == []
    assert "cannot tell your runs" in act(visit, do="refresh")["runs_note"]


def test_a_page_without_a_place_for_runs_says_so_and_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PFVIZ_HOME", str(tmp_path / "file"))
    visit = Visit(stored=StoredRuns(RunLibrary.open(shared=False)))
    for _ in runs.start(FakeEngine(pace=0), visit, FORM):
        pass
    assert visit.trace is not None
    assert visit.trace.status == "finished"
    assert "Runs are not stored here." in act(visit, do="keep")["runs_note"]
    assert "cannot be written" in act(visit, do="refresh")["runs_note"]


def test_a_store_that_fails_in_the_midst_of_a_run_costs_nothing_but_the_storing(visit: Visit, store: Store) -> None:
    for _ in runs.start(FakeEngine(pace=0), visit, FORM):
        store.close()
    assert visit.trace is not None
    assert visit.trace.status == "finished"
    assert "was closed" in act(visit, do="refresh")["runs_note"]


def test_hostile_names_and_texts_stand_escaped_in_the_list(visit: Visit, store: Store) -> None:
    run = store.save(dataclasses.replace(TRACE, problem="<img src=x onerror=alert(1)>", method="<b>"))
    act(visit, do="edit", runs=[run], name='"><script>alert(1)</script>', tags="<i onmouseover=x>")
    html = "".join(act(visit, do="refresh").values())
    assert "<script" not in html
    assert "<img" not in html
    assert "<i onmouseover" not in html
    for sent in ({"do": ["x"]}, {"do": "star", "runs": "abc"}, {"do": "edit", "runs": [run], "name": 7}, {}):
        list(stored_runs.act(visit, sent))
