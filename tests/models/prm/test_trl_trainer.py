"""A reward model that TRL's own PRMTrainer made, loaded and asked: it is read where TRL trained it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from pfviz.models.hub.published import load_published_reward
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.models import tiny

# What the trainer and its libraries warn of is theirs.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("trainer")]

PROMPT = "compute 1 + 2"
GOOD, BAD = ("so 1 + 2 = 3", "then 3 * 4 = 12", "now 5 - 2 = 3"), ("so 1 + 2 = S", "then 3 * 4 = S", "now S = 3")
"""Steps with a capital S are wrong, and so is all that comes after one."""


def rows(count: int) -> list[dict[str, Any]]:
    rng = random.Random(0)
    found = []
    for _ in range(count):
        steps = [rng.choice(BAD if rng.random() < 0.3 else GOOD) for _ in range(rng.randint(1, 3))]
        labels = [all("S" not in step for step in steps[: i + 1]) for i in range(len(steps))]
        found.append({"prompt": PROMPT, "completions": steps, "labels": labels})
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the trainer saved."""
    folder = tmp_path_factory.mktemp("trl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_DATASETS_CACHE", str(folder / "cache"))
        from datasets import Dataset
        from trl.experimental.prm import PRMConfig, PRMTrainer

        settings = PRMConfig(
            output_dir=str(folder / "out"), max_steps=150, per_device_train_batch_size=16, learning_rate=3e-3,
            save_strategy="no", report_to=[], use_cpu=True, seed=0, disable_tqdm=True, logging_strategy="no",
            bf16=False,
        )  # fmt: skip
        tokenizer, model = tiny.tokenizer(), tiny.classifier(initializer_range=0.05).train()
        trainer = PRMTrainer(
            model=model, args=settings, train_dataset=Dataset.from_list(rows(400)), processing_class=tokenizer
        )
        threads = torch.get_num_threads()
        try:
            trainer.train()
            trainer.save_model(str(folder / "model"))
        finally:
            torch.set_num_threads(threads)
    tokenizer.save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture
def reward(trained: Path) -> TokenClassifierReward:
    made = load_published_reward(str(trained), "trl-line")
    assert isinstance(made, TokenClassifierReward)
    return made


def test_it_learnt_what_it_was_taught(reward: TokenClassifierReward) -> None:
    for row in rows(40):
        session = reward.open(Problem(PROMPT), particles=1)
        for step, right in zip(row["completions"], row["labels"], strict=True):
            score = session.score({0: contract.step_of(step)})[0]
            assert score > 0.8 if right else score < 0.2


def test_a_score_is_the_models_where_trl_put_the_label(reward: TokenClassifierReward) -> None:
    from trl.experimental.prm import PRMTrainer

    for row in rows(10):
        cut = PRMTrainer.tokenize_row(
            row, tiny.tokenizer(), "\n", max_length=None, max_completion_length=None, train_on_last_step_only=False,
            is_eval=False,
        )  # fmt: skip
        with torch.inference_mode():
            logits = reward.model(input_ids=torch.tensor([cut["input_ids"]]), use_cache=False).logits[0].double()
        places = [i for i, label in enumerate(cut["labels"]) if label != -100]
        expected = torch.softmax(logits[places], dim=1)[:, 1].tolist()
        session = reward.open(Problem(PROMPT), particles=1)
        found = [session.score({0: contract.step_of(step)})[0] for step in row["completions"]]
        assert found == pytest.approx(expected, abs=1e-5)
