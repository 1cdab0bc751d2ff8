"""Engines side by side: what is run, counted and divided; and one small run with a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

import pfviz
from benchmarks import engines
from benchmarks.engines import (
    IN_PROCESS,
    PROMPT_TEMPLATE,
    TRANSFORMERS_SERVE,
    Engine,
    compare_engines,
    compare_throughput,
)
from benchmarks.shapes import Pair, make_pair
from pfviz import api
from pfviz.errors import EndpointError, ModelError
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.problems.problem import Problem
from tests.contracts import toy
from tests.models.remote import fake
from tests.models.remote.fake import Odd, Waited

PROBLEMS = (Problem("one"), Problem("two"))


def silent(text: str) -> None:
    """Nobody is told."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that every reading sets forward by the next of these seconds."""
    steps, now = [1.0], [0.0]

    def read() -> float:
        now[0] += steps[0] if len(steps) == 1 else steps.pop(0)
        return now[0]

    monkeypatch.setattr(engines, "perf_counter", read)
    return steps


def test_rounds_are_interleaved_and_every_engine_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[tuple[str, str, int, int, str]] = []
    plain = api.run

    def run(problem: Problem, *, generator: Any, particles: int, seed: int, reward: Any) -> pfviz.Trace:
        runs.append((generator.name, problem.text, particles, seed, reward.name))
        return plain(problem, generator=generator, particles=particles, seed=seed, reward=reward)

    monkeypatch.setattr(api, "run", run)
    found = []
    for name in ("a", "b"):
        found.append(Engine(name, toy.ToyGenerator()))
        found[-1].generator.name = name
    said: list[str] = []
    lines = list(compare_throughput(found, PROBLEMS, (2, 3), 2, said.append))
    expected = [(name, "one", 1, 0, "indifferent") for name in "ab"]
    expected += [
        (name, text, n, seed, "indifferent")
        for n in (2, 3)
        for seed in (0, 1)
        for name in "ab"
        for text in ("one", "two")
    ]
    assert runs == expected
    assert [line.what for line in lines if line.particles == 3] == ["b / a", "a", "a: written", "b", "b: written"]
    assert {line.spread.count for line in lines} == {2}
    assert "b: N = 3, round 2 of 2" in said


def test_the_lines_are_tokens_per_second_and_their_ratio(clock: list[float]) -> None:
    """Both write the same tokens; the second takes four times as long."""
    generator = toy.ToyGenerator()
    clock[:] = [1.0] * 4 + [0.0, 2.0, 0.0, 8.0, 0.0]
    found = {
        line.what: line
        for line in compare_throughput([Engine("a", generator), Engine("b", generator)], PROBLEMS[:1], (4,), 1, silent)
    }
    tokens = found["a: written"].spread.median
    trace = pfviz.run("one", generator=generator, reward=lambda problem, steps: 0.5, particles=4)
    assert tokens == found["b: written"].spread.median == trace.tokens.sum() > 0
    assert found["a"].spread.median == tokens / 2.0
    assert found["b"].spread.median == tokens / 8.0
    assert found["b / a"].spread.median == 0.25
    assert (found["b / a"].unit, found["a"].unit, found["a"].steps) == ("", "tokens/s", trace.steps)


def test_an_engine_that_fails_a_particle_or_does_not_count_is_refused() -> None:
    seed = fake.seed_of(0, 0, 1)
    plain = {"extended": False, "log_probs": False}

    def failing(path: str, body: Any, turn: int) -> Odd | None:
        return Odd() if body and body.get("seed") == seed else None

    for options, said in (({"odd": failing}, "Particle 1 failed"), ({"usage": False}, "one for each byte"), ({}, "")):
        with fake.serving(**plain | options) as server:
            engine = Engine("it", RemoteGenerator(server.endpoint(dialect="openai"), sleep=Waited().sleep))
            if said:
                with pytest.raises(ModelError, match=f"it cannot be measured: .*{said}"):
                    list(compare_throughput([engine], PROBLEMS, (2,), 1, silent))
            else:
                assert list(compare_throughput([engine], PROBLEMS, (2,), 1, silent))


def test_a_configured_endpoint_is_beside_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[tuple[Any, ...]] = []

    @contextmanager
    def serving(model: Path, **options: Any) -> Iterator[str]:
        seen.append((model, options))
        yield "http://127.0.0.1:1"

    file = tmp_path / "endpoints.json"
    file.write_text(json.dumps({"lab": {"url": "http://lab:8000", "model": "tiny"}}), encoding="utf-8")
    monkeypatch.setenv("PFVIZ_ENDPOINTS", str(file))
    monkeypatch.setattr(engines, "serve_model", serving)
    monkeypatch.setattr(engines, "compare_throughput", lambda found, *rest: iter([(found, rest)]))
    ((found, rest),) = list(compare_engines(make_pair("embedded"), ["lab"], (4,), 3, silent))  # type: ignore[misc]
    assert [engine.name for engine in found] == [IN_PROCESS, TRANSFORMERS_SERVE, "endpoint:lab"]
    assert found[1].generator.endpoint.url == "http://127.0.0.1:1"
    assert found[1].generator.endpoint.model == str(seen[0][0])
    model = found[0].generator.model
    alike = {"device": str(model.device), "dtype": str(model.dtype).partition(".")[2]}
    assert seen[0][1] == alike | {"threads": torch.get_num_threads()}
    assert rest[1:3] == ((4,), 3)
    with pytest.raises(EndpointError, match="endpoint:lab"):
        list(compare_engines(make_pair("embedded"), ["nobody"], (4,), 3, silent))
    assert len(seen) == 1, "no server is started for a name that nobody has"


@pytest.fixture(scope="module")
def embedded() -> Pair:
    return make_pair("embedded")


def test_the_prompt_is_that_of_the_chat_template(embedded: Pair) -> None:
    for problem in embedded.problems:
        ids = embedded.generator.tokenization.encode(PROMPT_TEMPLATE.replace("{problem}", problem.text))
        assert ids == embedded.generator.prompt(problem)


@pytest.mark.slow
def test_a_real_server(embedded: Pair) -> None:
    short = Pair(embedded.name, embedded.generator, embedded.reward, embedded.problems[:1])
    found = {line.what: line for line in compare_engines(short, [], (2,), 1, silent)}
    assert set(found) == {
        f"{TRANSFORMERS_SERVE} / {IN_PROCESS}",
        IN_PROCESS,
        f"{IN_PROCESS}: written",
        TRANSFORMERS_SERVE,
        f"{TRANSFORMERS_SERVE}: written",
    }
    assert all(line.spread.median > 0 for line in found.values())
    ratio = found[TRANSFORMERS_SERVE].spread.median / found[IN_PROCESS].spread.median
    assert found[f"{TRANSFORMERS_SERVE} / {IN_PROCESS}"].spread.median == pytest.approx(ratio)
    assert found[f"{IN_PROCESS}: written"].spread.median > 20, "two solutions of several tokens each"
