"""The whole build, in small: `pfviz train-tiny --quick` end to end, resumed, and loaded as a user loads it."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from pfviz.inference.settings import Settings
from pfviz.study import process_pool
from pfviz.study.models import Pair, load_pair
from pfviz.study.plan import Job
from pfviz.study.run_job import Outcome, run_job
from pfviz.tiny import tokenizer, world
from pfviz.tiny.training import evaluate, generator, pipeline, reward
from pfviz.tiny.training.command import QUICK_PLAN, train_tiny

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("build")]  # one process builds

FOLDERS = ("generator", "reward", "naive-reward")


@dataclass(frozen=True)
class Built:
    out: Path
    work: Path

    def run(self) -> Result:
        arguments = ["--quick", "--out", str(self.out), "--work", str(self.work)]
        return CliRunner().invoke(train_tiny, arguments, catch_exceptions=False)


def run_here(jobs: Sequence[Job], common: Settings, pair: Pair) -> Iterator[list[Outcome]]:
    """Worker processes for one measurement, which show that they work; the others without starting any."""
    if pair.reward.name == "reward" and jobs[0].units[0].budget == QUICK_PLAN.particles[0]:
        yield from in_workers(jobs, common, pair)
        return
    threads = torch.get_num_threads()
    try:
        for job in jobs:
            yield run_job(job, common, *load_pair(pair))
    finally:
        torch.set_num_threads(threads)


in_workers = process_pool.run_jobs


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The build, but for the two slow things that --quick leaves as they are: the texts for the tokenizer are fewer,
    and the worker processes too."""
    build = tokenizer.build

    def from_fewer(texts: Iterable[str]) -> Any:
        return build(itertools.islice(texts, 1000))

    folder = tmp_path_factory.mktemp("build")
    made = Built(folder / "out", folder / "work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizer, "build", from_fewer)
        patch.setattr(process_pool, "run_jobs", run_here)
        result = made.run()
        assert result.exit_code == 0, result.output
        assert "The pair is in" in result.output
        yield made


def stamps(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_everything_is_written(built: Built) -> None:
    for folder in FOLDERS:
        names = {path.name for path in (built.out / folder).iterdir()}
        assert {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"} <= names
    size = sum(path.stat().st_size for path in built.out.rglob("*") if path.is_file())
    assert size < 40e6


def test_the_card_holds_the_figures(built: Built) -> None:
    card = (built.out / "README.md").read_text()
    assert card.startswith("---\nlicense: apache-2.0\n")
    for words in ("within-problem AUC", "best-of-N, naive reward", "particle filtering", "at least one of 16 right"):
        assert words in card
    figures = json.loads((built.work / "figures.json").read_text())
    for particles in QUICK_PLAN.particles:
        for name in ("embedded", "naive"):
            assert 0 <= figures[f"{name} filtered {particles}"]["highest"] <= 1
    assert f"{figures['generator']['accuracy']['all']:.3f}" in card


def test_finished_stages_are_not_done_again(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object, **settings: object) -> None:
        raise AssertionError("a finished stage was done again")

    for module, name in (
        (generator, "train"),
        (generator, "build_tokenizer"),
        (reward, "train"),
        (pipeline, "sample"),
        (pipeline, "score"),
        (evaluate, "run_particle_filtering"),
    ):
        monkeypatch.setattr(module, name, never)
    before = stamps(built.work)
    models = {path: time for path, time in stamps(built.out).items() if path.suffix == ".safetensors"}
    assert built.run().exit_code == 0
    assert stamps(built.work) == before
    assert {path: stamps(built.out)[path] for path in models} == models


def test_a_lost_card_is_written_again(built: Built) -> None:
    card = (built.out / "README.md").read_text()
    (built.out / "README.md").unlink()
    assert built.run().exit_code == 0
    assert (built.out / "README.md").read_text() == card


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_tokenizer_beside_a_model_is_the_one_that_was_built(built: Built, folder: str) -> None:
    """AutoTokenizer looks at the model's type; for some types it would put another pre-tokenizer in place."""
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    saved = Tokenizer.from_file(str(built.out / "generator" / "tokenizer.json"))
    loaded = AutoTokenizer.from_pretrained(built.out / folder, local_files_only=True)
    assert len(loaded.encode("\n\n", add_special_tokens=False)) == 1
    rng = random.Random(0)
    for _ in range(20):
        task = world.draw_task(rng)
        for text in (task.text, *(line.text for line in world.write_solution(rng, task))):
            assert loaded.encode(text, add_special_tokens=False) == saved.encode(text, add_special_tokens=False).ids


def test_models_load_without_a_network(built: Built) -> None:
    from transformers import AutoModelForCausalLM, AutoModelForTokenClassification, AutoTokenizer

    end = AutoTokenizer.from_pretrained(built.out / "generator", local_files_only=True).eos_token_id
    generated = AutoModelForCausalLM.from_pretrained(built.out / "generator", local_files_only=True)
    assert generated.config.eos_token_id == end
    for folder in FOLDERS[1:]:
        scorer, found = AutoModelForTokenClassification.from_pretrained(
            built.out / folder, local_files_only=True, output_loading_info=True
        )
        assert not found["missing_keys"]
        assert not found["unexpected_keys"]
        assert scorer.config.num_labels == 2
        assert all(torch.isfinite(p).all() for p in scorer.parameters())
