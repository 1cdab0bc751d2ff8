"""`pfviz models`, and how `pfviz run` is told which models to take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pfviz import api
from pfviz.cli import main
from pfviz.models.hub import published
from pfviz.models.hub.catalog import PAIRS
from pfviz.models.hub.devices import Placement
from pfviz.models.prm.registry import PROTOCOLS
from pfviz.models.registry import REWARDS
from tests.contracts import toy


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(main, list(arguments))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The settings that reach `pfviz.api.prepare`, which prepares the run of a toy."""
    found: list[dict[str, Any]] = []
    plain = api.prepare

    def prepare(problem: str, **settings: Any) -> api.Prepared:
        found.append(dict(settings))
        return plain(problem, **settings | {"generator": toy.ToyGenerator(), "reward": lambda problem, steps: 0.5})

    monkeypatch.setattr(api, "prepare", prepare)
    return found


def test_the_list_says_what_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.models.hub.devices.best_device", lambda: Placement("cuda:0", "bfloat16", 24.0))
    monkeypatch.setattr(
        published, "is_downloaded", lambda name: "0.5B" in name or name == "Qwen/Qwen2.5-Math-1.5B-Instruct"
    )
    result = call("models")
    assert result.exit_code == 0, result.output
    blocks = {block.split()[0]: block for block in result.output.split("\n\n")}
    assert set(PAIRS) <= set(blocks)
    for name, pair in PAIRS.items():
        assert f"{pair.generator} + {pair.reward}\n" in blocks[name]
    assert "; ready" in blocks["embedded"]
    assert "; ready, its files are here" in blocks["laptop"]
    assert "8 particles take about" in blocks["laptop"]
    assert "1.0 GB to fetch" in blocks["real-0.5b"]
    assert f"to download: {PAIRS['small'].reward}" in blocks["small"]
    assert "too large" in blocks["paper-7b"]
    assert "Llama 3.2 Community (gated)" in blocks["paper-llama-1b"]
    assert "22 GB of memory in bfloat16" in blocks["paper-1.5b"]
    assert "cuda:0 in bfloat16, with 24 GB" in result.output


def test_the_list_tells_the_rewards_and_the_protocols_of_the_registries() -> None:
    lines = call("models").output.splitlines()
    for name, preset in REWARDS.items():
        assert f"  {name}: {preset.description}" in lines
    for name, protocol in PROTOCOLS.items():
        assert f"  {name}: {protocol.title}" in lines


def test_several_gpus_are_listed_as_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pfviz.models.hub.devices.combined_devices", lambda: Placement("cuda:0", "bfloat16", 48.0, ((0, 1), (1, 1)))
    )
    monkeypatch.setattr(published, "is_downloaded", lambda name: True)
    result = call("models")
    assert "computes on 2 GPUs in bfloat16, with 48 GB" in result.output
    assert "too large" not in result.output


def test_a_device_that_there_is_not_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_DEVICE", "gpu")
    result = call("models")
    assert result.exit_code == 2
    assert result.output.splitlines() == [result.output.strip()]
    assert "PFVIZ_DEVICE is 'gpu'" in result.output


def test_the_list_tells_the_configured_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    file.write_text('{"lab": {"url": "http://localhost:8000", "model": "owner/name", "key_env": "SECRET"}}')
    monkeypatch.setenv("PFVIZ_ENDPOINTS", str(file))
    monkeypatch.setenv("SECRET", "abcdefghij")
    result = call("models")
    assert "--model endpoint:lab: owner/name" in result.output
    assert "abcdefghij" not in result.output
    file.write_text("[]]")
    assert call("models").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "generator", "reward"),
    [
        ((), "embedded", "embedded"),
        (("--pair", "small"), PAIRS["small"].generator, PAIRS["small"].reward),
        (("--model", "a/b", "--reward-model", "c/d"), "a/b", "c/d"),
        (("--generator", "a/b", "--reward", "naive"), "a/b", "naive"),
        (("--endpoint", "lab", "--reward", "confidence"), "endpoint:lab", "confidence"),
        (("--reward-model", "c/d", "--protocol", "rlhflow"), "embedded", "rlhflow:c/d"),
    ],
)
def test_a_run_is_told_its_models(
    arguments: tuple[str, ...], generator: str, reward: str, told: list[dict[str, Any]]
) -> None:
    result = call("run", "1 + 2", "-n", "2", *arguments)
    assert result.exit_code == 0, result.output
    assert (told[0]["generator"], told[0]["reward"]) == (generator, reward)
    assert not {"pair", "endpoint", "protocol"} & told[0].keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--pair", "small", "--model", "a/b"),
        ("--endpoint", "lab", "--model", "a/b"),
        ("--pair", "small", "--endpoint", "x"),
        ("--pair", "small", "--protocol", "qwen"),
    ],
)
def test_models_that_are_named_twice_are_refused(arguments: tuple[str, ...], told: list[dict[str, Any]]) -> None:
    result = call("run", "1 + 2", *arguments)
    assert result.exit_code == 2
    assert "Leave one of them out" in result.output
    assert told == []


@pytest.mark.parametrize("reward", ["embedded", "confidence", "endpoint:lab", "trl:a/b", "gpt"])
def test_a_protocol_is_for_a_place_alone(reward: str, told: list[dict[str, Any]]) -> None:
    result = call("run", "1 + 2", "--reward", reward, "--protocol", "qwen")
    assert result.exit_code == 2
    assert f"--protocol is for a --reward-model of the Hugging Face Hub or of a folder; {reward!r}" in result.output
    assert told == []


def test_an_unknown_protocol_is_refused_with_those_that_there_are(told: list[dict[str, Any]]) -> None:
    result = call("run", "1 + 2", "--reward", "a/b", "--protocol", "magic")
    assert result.exit_code == 2
    assert all(f"'{name}'" in result.output for name in PROTOCOLS)
    assert told == []


def test_a_name_that_is_none_is_refused_in_a_line() -> None:
    result = call("run", "1 + 2", "--model", "gpt")
    assert result.exit_code == 2
    assert "There is no generator named 'gpt'" in result.output
    assert "Traceback" not in result.output
