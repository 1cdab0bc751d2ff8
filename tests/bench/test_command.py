"""`pfviz bench`, with invented measurements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pfviz.bench.results import Goal, Line, Spread
from pfviz.cli import main


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


def lines(*_: Any, **__: Any) -> Iterator[Line]:
    yield Line("bare limit / run", "embedded", 4, 3, "", Spread(0.9, 0.8, 1.1, 5), Goal(0.6))
    yield Line("reward: computed / needed", "embedded", 4, 3, "", Spread(1.2, 1.1, 1.3, 5), Goal(1.05, at_least=False))
    yield Line("run", "embedded", 4, 3, "s", Spread(1234.5, 1000.0, 2000.0, 5))


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.bench.shapes.make_pair", lambda name, **changes: (name, changes))
    monkeypatch.setattr("pfviz.models.decoding.threads.use_one_thread", lambda: None)


def test_the_table_says_what_meets_its_goal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pfviz.bench.cost.compare_with_limit", lines)
    out = tmp_path / "bench.json"
    result = call("--out", str(out))
    assert result.exit_code == 0, result.output
    rows = {line.split("  ")[0]: line for line in result.output.splitlines()}
    assert rows["bare limit / run"].split()[4:] == [
        "embedded",
        "4",
        "3",
        "0.9",
        "0.8",
        "to",
        "1.1",
        "5",
        "≥",
        "0.6",
        "met",
    ]
    assert rows["reward: computed / needed"].rstrip().endswith("≤ 1.05 missed")
    assert "1234 s" in rows["run"]
    report = json.loads(out.read_text(encoding="utf-8"))
    assert [line["met"] for line in report["lines"]][:3] == [True, False, None]
    assert report["lines"][0]["spread"] == {"median": 0.9, "low": 0.8, "high": 1.1, "count": 5}
    assert report["machine"]["torch"]
    assert report["asked"]["rounds"] == 5


def test_ragged_steps_are_measured_on_a_random_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def of_ragged(pair: Any, particles: Any, rounds: int, say: Any) -> Iterator[Line]:
        asked.append((pair[0], particles, rounds))
        return lines()

    monkeypatch.setattr("pfviz.bench.ragged.compare_ragged_decoding", of_ragged)
    assert call("--ragged", "--rounds", "2", "-n", "4").exit_code == 0
    assert call("--ragged", "--large", "-n", "4,8").exit_code == 0
    assert asked == [("small", (4,), 2), ("0.5B-bfloat16", (4, 8), 5)]


def test_ctrl_c_prints_and_writes_what_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: Any) -> Iterator[Line]:
        yield next(lines())
        raise KeyboardInterrupt

    monkeypatch.setattr("pfviz.bench.cost.compare_with_limit", interrupted)
    out = tmp_path / "bench.json"
    result = call("--out", str(out))
    assert result.exit_code == 130
    assert "bare limit / run" in result.output
    assert len(json.loads(out.read_text(encoding="utf-8"))["lines"]) == 1

    def at_once(*_: Any) -> Iterator[Line]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("pfviz.bench.cost.compare_with_limit", at_once)
    assert "Stopped before anything was measured" in call().output


def test_what_is_asked_for_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []

    def record(*arguments: Any) -> Iterator[Line]:
        seen.append(arguments[:3])
        yield from lines()

    for place in ("cost.compare_with_limit", "peer.compare_with_peer"):
        monkeypatch.setattr(f"pfviz.bench.{place}", record)
    call()
    assert [asked[0][0] for asked in seen] == ["embedded", "small"]
    assert seen[0][1:] == ((4, 16, 64), 5)
    seen.clear()
    call("--large", "--particles", "16", "--rounds", "1", "--dtype", "float32", "--steps", "9")
    assert seen == [(("0.5B-float32", {"steps": 9}), (16,), 1)]
    seen.clear()
    call("--peer", "--particles", "4,16,64")
    assert seen == [(("embedded", {}), [4, 16], 5)]


def test_engines_are_measured_on_the_embedded_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def of_engines(pair: Any, endpoints: Any, particles: Any, rounds: int, say: Any) -> Iterator[Line]:
        asked.append((pair, endpoints, particles, rounds))
        return lines()

    monkeypatch.setattr("pfviz.bench.engines.compare_engines", of_engines)
    assert call("--engines", "-n", "4,16", "--rounds", "3").exit_code == 0
    assert call("--engines", "--endpoint", "lab", "--endpoint", "gpu").exit_code == 0
    embedded = ("embedded", {})
    assert asked == [(embedded, (), (4, 16), 3), (embedded, ("lab", "gpu"), (4, 16, 64), 5)]
    for wrong, said in ((("--engines", "--large"), "leave --large out"), (("--endpoint", "lab"), "give --engines too")):
        result = call(*wrong)
        assert result.exit_code == 2
        assert said in result.output


@pytest.mark.parametrize("value", ["", "x", "4,,16", "0", "4,-1"])
def test_particles_that_are_no_numbers_are_refused(value: str) -> None:
    result = call("--particles", value)
    assert result.exit_code == 2
    assert "--particles" in result.output


def test_a_peer_for_whom_there_are_too_many_particles() -> None:
    result = call("--peer", "--particles", "64")
    assert result.exit_code == 2
    assert "at most 16 particles" in result.output
