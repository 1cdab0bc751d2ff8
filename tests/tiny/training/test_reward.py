"""The reward models' beginnings and their material: identity layers, pairs, mined mistakes, labels."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import torch

from pfviz.tiny.training import reward as rewards
from pfviz.tiny.training.documents import Writer, pad
from pfviz.tiny.training.generator import configuration
from tests.tiny.training.samples import group, sample


@pytest.fixture(scope="module")
def generator(writer: Writer) -> Any:
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(configuration(writer.end, 2)).eval()


@pytest.mark.parametrize("layers", [2, 3, rewards.LAYERS])
def test_it_begins_as_the_generator(generator: Any, writer: Writer, layers: int) -> None:
    model = rewards.start(generator, layers).eval()
    assert len(model.model.layers) == layers
    assert model.config.num_labels == 2
    assert model.config.id2label == {0: "wrong", 1: "right"}
    ids = torch.tensor([writer.prompt("Compute 3 + 4")])
    with torch.no_grad():
        hidden = model.model(input_ids=ids).last_hidden_state
        expected = generator.model(input_ids=ids).last_hidden_state
        words = hidden @ model.model.embed_tokens.weight.T
        logits = generator(input_ids=ids).logits
    assert torch.allclose(hidden, expected, atol=1e-6)
    assert torch.allclose(words, logits, atol=1e-4)


def test_added_layers_can_learn(generator: Any, writer: Writer) -> None:
    model = rewards.start(generator, 3)
    one = sample(True)
    rewards.loss(model, pad([writer.reward(one.task, one.lines)], writer.end)).backward()
    assert model.model.layers[-1].mlp.down_proj.weight.grad.abs().max() > 0
    assert model.model.layers[-1].self_attn.o_proj.weight.grad.abs().max() > 0


def test_the_second_head_learns_from_a_teacher_and_is_not_shipped(generator: Any, writer: Writer) -> None:
    model = rewards.start(generator, 3)
    names = set(model.state_dict())
    rewards.give_plausibility(model)
    one = sample(False)
    batch = pad([writer.reward(one.task, one.lines)], writer.end)
    taught, untaught = rewards.loss(model, batch, generator), rewards.loss(model, batch)
    assert taught.item() > untaught.item() > 0
    taught.backward()
    assert model.plausible.weight.grad.abs().max() > 0
    assert all(p.grad is None for p in generator.parameters())
    rewards.take_plausibility(model)
    assert set(model.state_dict()) == names


def test_a_pool_keeps_problems_solved_both_ways() -> None:
    pool = rewards.Pool()
    pool.add([group([True, True]), group([False, False]), group([True, False, False])])
    assert len(pool.pairs) == 1
    for seed in range(10):
        right, wrong = pool.draw(random.Random(seed))
        assert right.lines[-1].ok
        assert not wrong.lines[-1].ok
        assert right.task.text == wrong.task.text


def test_mining_takes_what_the_reward_has_most_wrong() -> None:
    wrong, right = [sample(False, answer=n) for n in range(10, 15)], [sample(True) for _ in range(5)]
    scores = [0.1, 0.9, 0.5, 0.7, 0.3, 0.95, 0.2, 0.6, 0.4, 0.8]
    (chosen,) = rewards.mined_from([[*wrong, *right]], [scores], keep=2)
    kept = [s for s in chosen if not s.lines[-1].ok]
    assert [id(s) for s in kept] == [id(wrong[1]), id(wrong[3])]
    assert {id(s) for s in chosen if s.lines[-1].ok} == {id(right[1]), id(right[3])}


def test_mining_with_one_side_only() -> None:
    assert rewards.mined_from([group([True, True])], [[0.1, 0.2]], keep=1)[0][0].right
    assert len(rewards.mined_from([group([False] * 5)], [[0.1] * 5])[0]) == 3


def test_outcomes_label_every_step_by_the_answer(writer: Writer) -> None:
    rng = random.Random(0)
    for document in itertools.islice(rewards.outcomes(writer, rng, [sample(True), sample(False)]), 20):
        assert len(set(document.labels[document.ends].tolist())) == 1


def test_lessons_are_half_wrong(writer: Writer) -> None:
    sampled, mined = rewards.Pool(), rewards.Pool()
    sampled.add([group([True, False])])
    mined.add([group([True, False, False])])
    documents = list(itertools.islice(rewards.lessons(writer, random.Random(0), sampled, mined), 400))
    last = [int(document.labels[document.ends][-1]) for document in documents]
    assert 0.4 < sum(last) / len(last) < 0.65
    assert list(itertools.islice(rewards.lessons(writer, random.Random(0), rewards.Pool(), rewards.Pool()), 3))
