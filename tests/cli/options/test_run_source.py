"""A command takes files, folders of them, and ids of stored runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pfviz.cli.options.run_source import RunSourceType
from pfviz.store import Store
from pfviz.trace import Trace
from tests.cli.commands import call
from tests.comparison.runs import make_run


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Trace]]:
    monkeypatch.setenv("PFVIZ_HOME", str(tmp_path / "home"))
    trace = make_run()
    with Store() as store:
        yield store.save(trace), trace


def test_a_stored_run_is_shown_compared_and_diagnosed(stored: tuple[str, Trace], tmp_path: Path) -> None:
    run_id, trace = stored
    shown = call("show", run_id)
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(trace.problem)
    make_run(tau=0.25).save(tmp_path / "other.json")
    compared = call("compare", run_id, str(tmp_path / "other.json"))
    assert compared.exit_code == 0, compared.output
    assert "Tau 1 0.25" in {" ".join(line.split()) for line in compared.output.splitlines()}
    diagnosed = call("diagnose", run_id)
    assert diagnosed.exit_code == 0, diagnosed.output


def test_a_folder_is_its_files(stored: tuple[str, Trace], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    make_run(tau=0.25).save(runs / "b.json")
    make_run().save(runs / "a.json")
    source = RunSourceType(folders=True).convert(str(runs), None, None)
    assert [file.name for file in source.files()] == ["a.json", "b.json"]
    assert [file.traces()[0].settings["tau"] for file in source.files()] == [1.0, 0.25]
    with pytest.raises(click.BadParameter, match="Name a file in it"):
        RunSourceType().convert(str(runs), None, None)


@pytest.mark.parametrize("command", ["show", "compare", "diagnose", "labels"])
def test_what_is_neither_is_refused(stored: tuple[str, Trace], command: str) -> None:
    refused = call(command, "nobody", *(["--to", "trl", "-o", "x.jsonl"] if command == "labels" else []))
    assert refused.exit_code == 2
    assert "no stored run has that id" in " ".join(refused.output.split())


def test_nothing_is_made_where_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_HOME", str(tmp_path / "nowhere"))
    assert call("show", "nobody").exit_code == 2
    assert not (tmp_path / "nowhere").exists()
