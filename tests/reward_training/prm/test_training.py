"""A tiny random checkpoint learns a planted rule; stopped and taken up again, it is trained to the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.reward_training.prm import adapter
from pfviz.reward_training.prm.checkpoint import FILE, read_checkpoint, write_checkpoint
from pfviz.reward_training.prm.measure import Measures, measure_rewards, score_problems
from pfviz.reward_training.prm.rows import Row, encode_problems
from pfviz.reward_training.prm.training import Training, TrainingSettings, learning_rate_share
from tests.models import tiny
from tests.reward_training.prm.planted import planted_problems

SETTINGS = TrainingSettings(rank=8, learning_rate=1e-2, epochs=2)


def encode(count: int) -> list[Row]:
    return encode_problems(Tokenization(tiny.tokenizer()), planted_problems(count), SETTINGS.max_tokens)


def make_training(rows: Sequence[Row], settings: TrainingSettings = SETTINGS) -> tuple[Any, Training]:
    model = adapter.add_adapter(tiny.classifier(initializer_range=0.1), settings.rank, settings.seed)
    return model, Training(model, rows, settings, "this training")


def parameters_after(training: Training) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in training.checkpoint().parameters.items()}


@pytest.fixture(scope="module")
def measures() -> Measures:
    """Of a model that was trained on the planted rule, on problems that it never saw."""
    model, training = make_training(encode(40))
    assert all(update.of == training.updates for update in training.run())
    samples = [one.sample for one in planted_problems(12, seed=1)]
    reward = TokenClassifierReward(model.merge_and_unload(), tiny.tokenizer(), "trained")
    return measure_rewards(samples, list(score_problems(reward, samples)))


def test_it_learns_a_planted_rule(measures: Measures) -> None:
    assert measures.problems == 12
    assert measures.solutions == 72
    assert measures.complete.value > 0.9
    assert measures.half_way.value > 0.6, "a prefix says less: what comes may still be wrong"


def test_its_controls_know_nothing_of_the_rule_and_its_best_is_right(measures: Measures) -> None:
    assert all(auc.value < 0.85 for auc in measures.controls.values())
    assert measures.picks[4].best > measures.picks[4].one + 0.2
    assert [one.step for one in measures.by_step] == [1, 2, 3]


@pytest.mark.parametrize("stop_after", [1, 4])
def test_a_training_that_was_taken_up_again_is_the_uninterrupted_one(tmp_path: Path, stop_after: int) -> None:
    rows = encode(8)
    _, whole = make_training(rows)
    updates = list(whole.run())
    _, first = make_training(rows)
    list(islice(first.run(), stop_after))
    write_checkpoint(tmp_path, first.checkpoint())
    _, second = make_training(rows)
    kept = read_checkpoint(tmp_path, "this training")
    assert kept is not None
    second.restore(kept)
    assert list(second.run()) == updates[stop_after:]
    found, expected = parameters_after(second), parameters_after(whole)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert list(second.run()) == [], "there is nothing left to do"


def test_it_stops_between_two_updates_when_it_is_asked_to() -> None:
    _, training = make_training(encode(8))
    assert len(list(training.run(lambda: training.update == 2))) == 2


def test_parts_of_a_batch_change_nothing_but_rounding() -> None:
    rows = encode(4)
    quiet = replace(SETTINGS, epochs=1, batch_size=24)
    found = []
    for pass_tokens in (10_000, 200):
        model, training = make_training(rows, replace(quiet, pass_tokens=pass_tokens))
        for layer in model.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.p = 0.0  # it is drawn anew in each pass
        list(training.run())
        found.append((training.losses, parameters_after(training)))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    for name, value in found[0][1].items():
        torch.testing.assert_close(value, found[1][1][name], rtol=1e-2, atol=1e-4)


def test_nothing_but_the_adapter_and_the_head_is_trained_and_nobodys_randomness_is_touched() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    model, training = make_training(encode(4))
    frozen = {name: value.clone() for name, value in model.named_parameters() if not value.requires_grad}
    list(training.run())
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(value, frozen[name]) for name, value in model.named_parameters() if name in frozen)
    names = adapter.trained_parameters(model)
    assert all("lora_" in name or "score" in name for name in names)
    assert any("lora_B" in name for name in names)
    assert not any("lora_" in name and "score" in name for name in names), "the head is trained whole"


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path, "this training") is None
    _, training = make_training(encode(4))
    write_checkpoint(tmp_path, training.checkpoint())
    with pytest.raises(ModelError, match="other samples, settings or weights"):
        read_checkpoint(tmp_path, "another")
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes()[:100])
    with pytest.raises(ModelError, match=r"damaged.*Remove it"):
        read_checkpoint(tmp_path, "this training")


def test_the_learning_rate_rises_to_its_highest_and_falls_to_nothing() -> None:
    shares = [learning_rate_share(update, 100) for update in range(100)]
    assert shares[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert shares[5:] == sorted(shares[5:], reverse=True)
    assert 0 < shares[-1] < 0.01
    assert learning_rate_share(0, 1) == 1
