"""`pfviz runs`, and the runs that `pfviz run` stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import pfviz
from pfviz.store import Store
from tests.cli.commands import call
from tests.contracts import toy
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 4)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_HOME", str(tmp_path / "home"))


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


@pytest.fixture
def toy_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy language in the place of the embedded pair."""
    monkeypatch.setattr("pfviz.models.registry.get_generator", lambda name: toy.ToyGenerator())
    monkeypatch.setattr("pfviz.models.registry.get_reward", lambda name: pfviz.reward(toy.reward))


def test_a_run_that_was_stopped_is_stored_and_goes_on_by_its_id(toy_pair: None, store: Store) -> None:
    whole = gibbs()
    run = store.save(replace(whole.sweep(2).upto(2), status="stopped"))
    result = call("run", "--resume", run)
    assert result.exit_code == 0, result.output
    assert f"Stored as {run}" in result.output
    found = store.load(run)
    assert found.texts == whole.texts
    assert (found.log_weights == whole.log_weights).all()
    assert [entry.id for entry in store.entries()] == [run]


def test_a_run_is_not_stored_where_that_is_not_wanted_or_cannot_be(
    toy_pair: None, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = tmp_path / "cut.json"
    gibbs().sweep(1).save(cut)
    assert "Stored" not in call("run", "--resume", cut, "--no-store").output
    assert store.entries() == []
    monkeypatch.setenv("PFVIZ_HOME", str(cut))  # a file is no folder
    result = call("run", "--resume", cut)
    assert result.exit_code == 0, result.output
    assert "The run is not stored:" in result.output


def test_runs_are_listed_searched_and_marked(store: Store) -> None:
    run, other = store.save(TRACE), store.save(replace(TRACE, problem="Another [bold]\x1b[31m one", status="stopped"))
    marked = call("runs", "mark", run, "--name", "My run", "--tag", "thesis", "--star")
    assert marked.exit_code == 0, marked.output
    listed = call("runs", "list").output
    assert all(word in listed for word in (run, other, "★", "My run #thesis", "[bold]", "stopped"))
    assert "\x1b" not in listed
    assert other not in call("runs", "list", "--starred").output
    assert run not in call("runs", "search", "another").output
    assert "No stored run is like that." in call("runs", "search", "elephant").output
    assert "1 more" in call("runs", "list", "--limit", "1").output
    call("runs", "mark", run, "--untag", "thesis", "--unstar", "--name", "")
    assert "★" not in call("runs", "list").output


def test_a_run_is_shown_and_exported(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = store.save(TRACE)
    assert TRACE.problem in call("runs", "show", run).output
    assert call("runs", "open", run).exit_code == 0
    assert pfviz.load(tmp_path / f"{run}.json").texts == TRACE.texts


def test_a_run_is_deleted_restored_and_removed(store: Store) -> None:
    run = store.save(TRACE)
    assert "Deleted 1 run" in call("runs", "delete", run).output
    assert run in call("runs", "list", "--deleted").output
    assert "Restored 1 run" in call("runs", "restore", run).output
    assert "Removed 0 runs" in call("runs", "purge").output
    call("runs", "delete", run)
    assert "Removed 1 run" in call("runs", "purge").output
    assert call("runs", "show", run).exit_code == 2


def test_a_run_that_is_not_there_is_said_in_one_line(store: Store) -> None:
    for arguments in (("runs", "show", "nothing"), ("runs", "delete", "nothing"), ("run", "--resume", "nothing")):
        result = call(*arguments)
        assert result.exit_code == 2
        assert "here is no run 'nothing' here." in result.output
        assert len(result.output.splitlines()) == 1


def test_a_run_that_still_goes_on_is_not_resumed(store: Store) -> None:
    run = store.begin(replace(TRACE.upto(2), status="running"))
    result = call("run", "--resume", run)
    assert (result.exit_code, "still goes on" in result.output) == (2, True)
    assert store.entry(run).status == "running"


def test_to_look_for_runs_where_there_are_none_makes_no_file(tmp_path: Path) -> None:
    for arguments in (("runs", "list"), ("run", "--resume", "nothing")):
        result = call(*arguments)
        assert (result.exit_code, "pfviz run" in result.output) == (2, True)
    assert not (tmp_path / "home").exists()
