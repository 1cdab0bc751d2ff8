"""The adapters that put our pair behind its_hub's interfaces, and the process that its algorithm runs in.

its_hub itself is not installed where the tests run: a package of the same interface takes its place. Its algorithm asks
for steps and scores in the order that its_hub does, and selects nobody.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.peer import comparison
from benchmarks.peer.adapters import END_OF_SOLUTION, LanguageModelAdapter, RewardModelAdapter
from benchmarks.shapes import Pair, make_pair
from pfviz.errors import ModelError
from pfviz.types import Step
from tests.coroutines import run_coroutine

CHANGES = {"steps": 2, "step_tokens": 8, "prompt_tokens": 5}
STEP_GENERATION = """
class StepGeneration:
    def __init__(self, max_steps, step_token=None, stop_token=None, temperature=0.8):
        self.max_steps, self.step_token = max_steps, step_token
        self.stop_token, self.temperature = stop_token, temperature
"""
PARTICLE_GIBBS = """
import asyncio
from types import SimpleNamespace


class ParticleFiltering:
    def __init__(self, sg, prm):
        self.sg, self.prm = sg, prm

    def infer(self, lm, prompt, budget, return_response_only=True):
        return asyncio.run(self.ainfer(lm, prompt, budget))

    async def ainfer(self, lm, prompt, budget):
        steps, stopped = [[] for _ in range(budget)], False
        while not stopped:
            talks = []
            for done in steps:
                talks.append([SimpleNamespace(role="user", content=prompt)])
                if done:
                    said = self.sg.step_token.join(done) + self.sg.step_token
                    talks[-1].append(SimpleNamespace(role="assistant", content=said))
            replies = await lm.agenerate(talks, stop=self.sg.step_token, temperature=self.sg.temperature)
            stopped = len(steps[0]) >= self.sg.max_steps
            for done, reply in zip(steps, replies):
                done.append(reply["content"])
            scores = await self.prm.ascore(prompt, [self.sg.step_token.join(done) for done in steps])
            assert len(scores) == budget and all(0 <= score <= 1 for score in scores)
        return SimpleNamespace(steps_used_lst=[len(done) for done in steps])
"""


@pytest.fixture(scope="module")
def small() -> Pair:
    return make_pair("small", **CHANGES)


def talk(text: str) -> list[SimpleNamespace]:
    begun = [SimpleNamespace(role="assistant", content=text)] if text else []
    return [SimpleNamespace(role="user", content="?"), *begun]


def test_a_writer_goes_on_from_ragged_texts(small: Pair) -> None:
    writer, tokenization = LanguageModelAdapter(small, small.problems[0]), small.generator.tokenization
    texts = ["", tokenization.decode([1, 2, 3]) + "\n\n", tokenization.decode([4]) + "\n\n"]
    replies = run_coroutine(writer.agenerate([talk(text) for text in texts], "\n\n", temperature=0.8))
    lengths = [
        len(tokenization.encode(reply["content"])) + 1 for reply in replies
    ]  # the last id counts as the separator
    assert all(reply["role"] == "assistant" for reply in replies)
    assert all(6 <= length <= 10 for length in lengths)
    assert writer.tokens == sum(lengths)
    alone = run_coroutine(writer.agenerate(talk(""), "\n\n", temperature=0.8))
    assert tokenization.encode(alone["content"])


def test_a_writer_draws_from_the_model_whatever_pads_the_row(small: Pair) -> None:
    """At a temperature near 0 the reply is the model's most likely continuation of its own text."""
    import torch

    writer, tokenization = LanguageModelAdapter(small, small.problems[0]), small.generator.tokenization
    texts = ["", tokenization.decode(list(range(30))) + "\n\n"]
    replies = run_coroutine(writer.agenerate([talk(text) for text in texts], "\n\n", temperature=1e-4))
    for text, reply in zip(texts, replies, strict=True):
        ids = small.generator.prompt(small.problems[0]) + tokenization.encode(text)
        for token in tokenization.encode(reply["content"])[:4]:
            with torch.inference_mode():
                assert int(small.generator.model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()) == token
            ids.append(token)


def test_a_judge_scores_as_our_session_does(small: Pair) -> None:
    tokenization = small.generator.tokenization
    texts = [tokenization.decode(ids) for ids in ([1, 2, 3], [4], [5, 6])]
    session = small.reward.open(small.problems[0], particles=3)
    first = session.score({n: Step(text, (1,), -1.0, False, "separator") for n, text in enumerate(texts)})
    second = session.score({n: Step("\U00020007", (1,), -1.0, False, "separator") for n in range(3)})
    judge = RewardModelAdapter(small, small.problems[0])
    assert judge.score("?", texts) == pytest.approx([first[n] for n in range(3)], abs=1e-6)
    whole = [f"{text}\n\n\U00020007{END_OF_SOLUTION}" for text in texts]
    assert run_coroutine(judge.ascore("?", whole)) == pytest.approx([second[n] for n in range(3)], abs=1e-6)


def test_the_embedded_pair_stops_at_its_own_ends() -> None:
    embedded = make_pair("embedded")
    writer = LanguageModelAdapter(embedded, embedded.problems[0])
    text, turns = "", 0
    while END_OF_SOLUTION not in text and turns < 20:
        reply = run_coroutine(writer.agenerate(talk(text), "\n\n", temperature=0.1))["content"]
        assert "\n\n" not in reply
        text, turns = f"{text}{reply}\n\n", turns + 1
    assert "\\boxed" in text
    assert 1 < turns < 20


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of its_hub's interface on the path of the processes that are started."""
    for place, source in (
        ("__init__", '__version__ = "0"\n'),
        ("core/__init__", ""),
        ("core/lms/__init__", ""),
        ("core/lms/step_generation", STEP_GENERATION),
        ("core/algorithms/__init__", ""),
        ("core/algorithms/particle_gibbs", PARTICLE_GIBBS),
    ):
        file = tmp_path / "its_hub" / f"{place}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_rounds_against_the_peer(small: Pair, stand_in: Path) -> None:
    lines = list(comparison.compare_with_peer(small, [3], 2, lambda _: None, CHANGES, Path(sys.executable)))
    found = {line.what: line for line in lines}
    assert found["its_hub / run"].goal is not None
    assert found["its_hub / run"].spread.median > 0
    for who in ("run", "its_hub"):
        drawn = found[f"against its_hub: {who}, drawn"].spread
        assert 3 * 2 * 6 <= drawn.low <= drawn.high <= 3 * 2 * 10, "as many steps, as long, as our run"


@pytest.mark.slow
def test_a_peer_that_dies_is_an_error(small: Pair, stand_in: Path) -> None:
    (stand_in / "its_hub" / "core" / "algorithms" / "particle_gibbs.py").write_text("raise SystemExit(3)")
    with pytest.raises(ModelError, match="ended early"):
        list(comparison.compare_with_peer(small, [2], 1, lambda _: None, CHANGES, Path(sys.executable)))


def test_an_environment_that_cannot_be_made_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called: list[list[str]] = []

    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        called.append(command)
        return subprocess.CompletedProcess(command, "pip" in command, "", "no such index")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(comparison.subprocess, "run", fail)
    monkeypatch.setattr(Path, "write_text", lambda *_, **__: 0)
    with pytest.raises(ModelError, match="no such index"):
        comparison.ensure_environment()
    assert called[-1][-1] == f"its_hub=={comparison.ITS_HUB_VERSION}"
    assert "--no-deps" in called[-1]
    assert str(tmp_path) in called[0][-1]


def test_an_environment_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = tmp_path / "pfviz" / f"its_hub-{comparison.ITS_HUB_VERSION}-python{version}"
    folder.mkdir(parents=True)
    (folder / "complete").touch()
    monkeypatch.setattr(comparison, "_run_command", lambda command: pytest.fail("nothing is to be made"))
    assert comparison.ensure_environment().is_relative_to(folder)
