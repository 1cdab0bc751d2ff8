"""A reward model is trained by one command, goes on where it was stopped, and is taken by --reward-model."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from pfviz.cli import main
from pfviz.cli.screen.progress import Interrupt
from pfviz.models.hub.published import load_published_reward
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.reward_training.exports import trl_rows, write_jsonl
from pfviz.reward_training.prm.measure import score_problems
from pfviz.reward_training.prm.training import Training
from pfviz.reward_training.samples import SampledProblem, append_sample
from tests.models import tiny
from tests.reward_training.prm.planted import planted_problems

HELD_OUT = [one.sample for one in planted_problems(5, seed=1)]
QUICK = ("--rank", "8", "--learning-rate", "1e-2", "--epochs", "3", "--batch-size", "8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model in base/, and solutions to train on."""
    made = tmp_path_factory.mktemp("prm")
    tiny.causal_lm(initializer_range=0.1).save_pretrained(made / "base")
    tiny.tokenizer().save_pretrained(made / "base")
    problems = planted_problems(30)
    for one in problems:
        append_sample(made / "reward.train.jsonl", one.sample)
    outcomes = list(trl_rows([one.sample for one in problems]))
    write_jsonl(made / "reward.trl.jsonl", outcomes)
    labels = [of_solution for one in problems for of_solution in one.labels]
    write_jsonl(made / "stepwise.jsonl", [row | {"labels": of} for row, of in zip(outcomes, labels, strict=True)])
    return made


def train(folder: Path, out: str, *options: str, samples: str = "stepwise.jsonl") -> Result:
    arguments = ["--model", str(folder / "base"), "--samples", str(folder / samples), "--out", str(folder / out)]
    return CliRunner().invoke(main, ["train-prm", *arguments, *QUICK, *options])


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    result = train(folder, "whole")
    assert result.exit_code == 0, result.output
    assert "24 problems to train on, 6 to measure on" in result.output
    return folder / "whole"


def rewards(reward: Any, samples: Sequence[SampledProblem] = HELD_OUT) -> list[float]:
    return [value for of_problem in score_problems(reward, samples) for value in of_problem.tolist()]


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # peft asks transformers by an old name
def test_the_folder_is_a_reward_model_without_peft_and_the_adapter_gives_the_same_rewards(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from peft import PeftModel

    base = tiny.classifier(initializer_range=0.1)
    base.model.load_state_dict(tiny.causal_lm(initializer_range=0.1).model.state_dict())
    adapted = PeftModel.from_pretrained(base, str(trained / "adapter")).merge_and_unload()
    expected = rewards(TokenClassifierReward(adapted, tiny.tokenizer(), "adapted"))
    monkeypatch.setitem(sys.modules, "peft", None)
    found = load_published_reward(str(trained))
    assert isinstance(found, TokenClassifierReward)
    assert rewards(found) == pytest.approx(expected, abs=1e-5)
    assert max(expected) > 0.8
    assert min(expected) < 0.2


def test_the_card_has_what_was_measured_on_problems_that_were_held_out(trained: Path) -> None:
    card = (trained / "README.md").read_text(encoding="utf-8")
    auc = re.search(r"this reward, complete solutions \| (\d\.\d+)", card)
    assert auc is not None
    assert float(auc[1]) > 0.9
    assert "Measured on 6 problems with 36 solutions" in card
    assert "shorter is better (control)" in card
    assert "learning_rate 0.01" in card


def test_what_was_sampled_trains_the_same_model_as_its_export(folder: Path) -> None:
    found = []
    for samples in ("reward.train.jsonl", "reward.trl.jsonl"):
        result = train(folder, f"from {samples}", "--epochs", "1", "--held-out", "0", samples=samples)
        assert result.exit_code == 0, result.output
        assert "Nothing was measured" in result.output
        found.append(rewards(load_published_reward(str(folder / f"from {samples}"))))
    assert found[0] == found[1]


def test_one_that_was_stopped_keeps_what_is_there_and_goes_on_to_the_same_weights(
    folder: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def stop_requested(_: Interrupt) -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with monkeypatch.context() as patch:
        patch.setattr(Interrupt, "stop_requested", stop_requested)
        result = train(folder, "stopped")
    assert result.exit_code == 130, result.output
    assert "Stopped after 5 of 54 updates" in result.output
    assert "Nothing was measured" in (folder / "stopped" / "README.md").read_text(encoding="utf-8")
    assert rewards(load_published_reward(str(folder / "stopped"))) != rewards(load_published_reward(str(trained)))
    result = train(folder, "stopped")
    assert result.exit_code == 0, result.output
    assert "Goes on after update 5 of 54" in result.output
    found, expected = (
        load_published_reward(str(folder / name)).model.state_dict()  # type: ignore[attr-defined]
        for name in ("stopped", "whole")
    )
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_other_settings_do_not_go_on_with_it(trained: Path, folder: Path) -> None:
    result = train(folder, "whole", "--rank", "4")
    assert result.exit_code == 2
    assert "belongs to a training with other samples, settings or weights" in result.output


def test_problems_that_are_measured_on_are_not_trained_on(folder: Path) -> None:
    write_jsonl(folder / "test.jsonl", trl_rows([one.sample for one in planted_problems(30)][:4]))
    result = train(folder, "apart", "--epochs", "1", "--test-samples", str(folder / "test.jsonl"))
    assert result.exit_code == 0, result.output
    assert "4 problems are measured on too, and are not trained on" in result.output
    assert "26 problems to train on, 4 to measure on" in result.output


def test_solutions_that_are_all_right_are_refused(folder: Path) -> None:
    rows = [{"prompt": f"{i} + 1", "completions": ["so 2"], "labels": [True]} for i in range(8)]
    write_jsonl(folder / "right.jsonl", rows)
    result = train(folder, "right", samples="right.jsonl")
    assert result.exit_code == 2
    assert "nothing to tell apart" in result.output
    assert not (folder / "right").exists()


def test_memory_that_runs_out_says_what_to_do_and_smaller_passes_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, passes = Training._sum_losses, 0

    def run_out(training: Training, rows: Any) -> torch.Tensor:
        nonlocal passes
        passes += 1
        if passes > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(training, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Training, "_sum_losses", run_out)
        result = train(folder, "large", "--epochs", "1", "--save-every", "1")
    assert result.exit_code == 2
    assert "Choose a smaller --pass-tokens" in result.output
    result = train(folder, "large", "--epochs", "1", "--pass-tokens", "500")
    assert result.exit_code == 0, result.output
    assert "Goes on after update 3 of 18" in result.output


def test_the_base_is_never_overwritten(folder: Path) -> None:
    result = train(folder, "base")
    assert result.exit_code == 2
    assert "--out is the folder of --model" in result.output


def test_a_missing_package_is_named_before_anything_is_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    result = train(folder, "none")
    assert result.exit_code == 2
    assert "pip install 'pfviz[prm]'" in result.output
