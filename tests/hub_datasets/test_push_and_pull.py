"""Runs and studies go to the Hub and come back, by the Hub's own client over a fake of its interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pfviz.errors import ExportError
from pfviz.hub_datasets.client import make_client
from pfviz.hub_datasets.pull import pull
from pfviz.hub_datasets.push import push
from pfviz.study.recorded import RECORDED
from pfviz.trace.json_file import dumps, load
from tests.cli.commands import call
from tests.hub_datasets.fake_hub import TOKEN, FakeHub, serve
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with serve() as made:
        yield made


@pytest.fixture
def run(tmp_path: Path) -> Path:
    TRACE.save(tmp_path / "my run.json")
    return tmp_path / "my run.json"


def test_runs_come_back_as_they_were(hub: FakeHub, run: Path, tmp_path: Path) -> None:
    other = tmp_path / "more" / "my run.json"  # of the same name
    other.parent.mkdir()
    synthetic_trace(4, 3, seed=1).save(other)
    address = push([run, other], "lab/runs", endpoint=hub.endpoint)
    assert address == f"{hub.endpoint}/datasets/lab/runs"
    found = pull("lab/runs", tmp_path / "out", endpoint=hub.endpoint)
    assert [path.relative_to(tmp_path / "out").as_posix() for path in found.files] == [
        "traces/my-run-2.json", "traces/my-run.json",
    ]  # fmt: skip
    assert dumps(load(found.files[1])) == dumps(TRACE)
    assert found.refused == ()


def test_the_data_set_has_a_card_and_tables(hub: FakeHub, run: Path) -> None:
    push([run], "lab/runs", endpoint=hub.endpoint)
    files = hub.files["lab/runs"]
    head = yaml.safe_load(files["README.md"].decode().split("---")[1])
    assert {config["config_name"]: config["data_files"] for config in head["configs"]} == {
        "steps": "data/steps.jsonl", "runs": "data/runs.jsonl",
    }  # fmt: skip
    steps = [json.loads(line) for line in files["data/steps.jsonl"].decode().splitlines()]
    assert len(steps) == TRACE.steps * 4
    assert steps[0]["reward"] == TRACE.rewards[0, 0]
    (row,) = [json.loads(line) for line in files["data/runs.jsonl"].decode().splitlines()]
    assert (row["run"], row["problem"], row["answer"]) == ("traces/my-run.json", TRACE.problem, TRACE.answer)
    assert all(table["run"] in files for table in (row, steps[0]))


def test_a_study_goes_along(hub: FakeHub, tmp_path: Path) -> None:
    from pfviz.study.result import load as load_study

    study = next(iter(RECORDED.values())).path
    push([study], "lab/study", endpoint=hub.endpoint)
    (back,) = pull("lab/study", tmp_path, endpoint=hub.endpoint).files
    assert load_study(back) == load_study(study)
    assert "configs" not in yaml.safe_load(hub.files["lab/study"]["README.md"].decode().split("---")[1])


def test_it_is_private_unless_it_is_asked_to_be_public(hub: FakeHub, run: Path) -> None:
    push([run], "lab/private", endpoint=hub.endpoint)
    push([run], "lab/public", public=True, endpoint=hub.endpoint)
    assert hub.private == {"lab/private": True, "lab/public": False}
    hub.files["lab/public"].clear()
    with pytest.raises(ExportError, match="is public"):
        push([run], "lab/public", endpoint=hub.endpoint)
    assert hub.files["lab/public"] == {}


def test_the_token_is_that_of_the_environment_and_is_never_told(
    hub: FakeHub, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    push([run], "lab/runs", endpoint=hub.endpoint)
    assert set(hub.tokens) == {TOKEN}
    hub.fail = 500
    with pytest.raises(ExportError) as failed:
        push([run], "lab/runs", endpoint=hub.endpoint)
    assert TOKEN not in str(failed.value)
    hub.fail = 0
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ExportError, match="HF_TOKEN"):
        push([run], "lab/runs", endpoint=hub.endpoint)
    hub.tokens.clear()
    with pytest.raises(ExportError, match="or it is private"):
        pull("lab/runs", tmp_path / "out", endpoint=hub.endpoint)
    assert set(hub.tokens) == {""}
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    with pytest.raises(ExportError, match="refuses"):
        push([run], "lab/new", endpoint=hub.endpoint)


def test_what_is_no_run_of_ours_does_not_stay(hub: FakeHub, tmp_path: Path) -> None:
    good = dumps(TRACE).encode()
    hub.private["mallory/runs"] = False
    hub.files["mallory/runs"] = {
        "traces/good.json": good,
        "traces/bad.json": b"{}",
        "studies/bad.json": b"[]",
        "traces/../../escaped.json": good,
        "traces/sub/deep.json": good,
        "traces/.hidden.json": good,
        "run.py": b"import os",
    }
    found = pull("mallory/runs", tmp_path / "out", endpoint=hub.endpoint)
    assert [path.name for path in found.files] == ["good.json"]
    assert len(found.refused) == 2
    left = {path.name for path in tmp_path.rglob("*.json") if "cache" not in path.parts and ".cache" not in path.parts}
    assert left == {"good.json"}


def test_too_large_a_file_is_not_brought(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.private["lab/runs"] = False
    hub.files["lab/runs"] = {"traces/large.json": dumps(TRACE).encode()}
    monkeypatch.setattr("pfviz.hub_datasets.pull.MAX_BYTES", 100)
    found = pull("lab/runs", tmp_path, endpoint=hub.endpoint)
    assert found.files == ()
    assert "at most 100" in found.refused[0]


def test_a_name_or_a_file_that_is_none_is_said(hub: FakeHub, run: Path, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ExportError, match="neither a run nor a study"):
        push([run, tmp_path / "none.json"], "lab/runs", endpoint=hub.endpoint)
    assert hub.files == {}
    for name in ("a/b/c", "..", "x y/z"):
        with pytest.raises(ExportError, match="OWNER/NAME"):
            pull(name, tmp_path, endpoint=hub.endpoint)
    hub.private["lab/empty"], hub.files["lab/empty"] = False, {"README.md": b"#"}
    with pytest.raises(ExportError, match="neither traces"):
        pull("lab/empty", tmp_path, endpoint=hub.endpoint)
    with pytest.raises(ExportError, match="cannot be"):
        pull("lab/runs", tmp_path, endpoint="http://127.0.0.1:9")


def test_the_commands_push_and_pull(hub: FakeHub, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("push", "pull"):
        monkeypatch.setattr(f"pfviz.hub_datasets.{module}.make_client", lambda endpoint: make_client(hub.endpoint))
    pushed = call("push", run, "lab/runs")
    assert pushed.exit_code == 0, pushed.output
    assert hub.private["lab/runs"]
    hub.files["lab/runs"]["traces/bad.json"] = b"{}"
    pulled = call("pull", "lab/runs", "--out", tmp_path / "out")
    assert pulled.exit_code == 0, pulled.output
    assert (tmp_path / "out" / "traces" / "my-run.json").exists()
    assert "traces/bad.json was left out" in pulled.output
    assert TOKEN not in pushed.output + pulled.output
    assert call("push", "lab/runs").exit_code == 2
