"""The reward model's beginning and its material: frozen layers, heads that look back, pairs, mined mistakes."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import torch

from pfviz.tiny.training import reward as rewards
from pfviz.tiny.training.documents import DocumentWriter, pad
from pfviz.tiny.training.generator import model_config
from tests.tiny.training.samples import group, sample


@pytest.fixture(scope="module")
def generator(writer: DocumentWriter) -> Any:
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(model_config(writer.end, 2)).eval()


@pytest.mark.parametrize("layers", [2, 3, rewards.LAYER_COUNT])
def test_its_first_layers_are_the_generators(generator: Any, writer: DocumentWriter, layers: int) -> None:
    model = rewards.make_reward_model(generator, layers).eval()
    assert len(model.model.layers) == layers
    assert model.config.num_labels == 2
    assert model.config.id2label == {0: "wrong", 1: "right"}
    ids = torch.tensor([writer.prompt("Compute 3 + 4")])
    streams: list[torch.Tensor] = []
    model.model.layers[1].register_forward_hook(lambda module, given, made: streams.append(made))
    with torch.no_grad():
        model.model(input_ids=ids)
        expected = generator(input_ids=ids).logits
        (stream,) = streams
        found = generator.lm_head(generator.model.norm(stream / rewards.RESIDUAL_SCALE))
    assert torch.allclose(found, expected, atol=1e-4)


def test_only_new_layers_learn(generator: Any, writer: DocumentWriter) -> None:
    model = rewards.make_reward_model(generator, 3)
    rewards.add_plausibility_head(model)
    one = sample(True)
    rewards.loss(model, pad([writer.reward_document(one.task, one.lines)], writer.end), generator).backward()
    assert model.model.layers[-1].mlp.down_proj.weight.grad.abs().max() > 0
    assert model.model.layers[-1].self_attn.o_proj.weight.grad.abs().max() > 0
    assert model.plausible.weight.grad.abs().max() > 0
    learn = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert all(name.startswith(("model.layers.2.", "model.norm", "score", "plausible")) for name in learn)
    assert all(parameter.grad is None for parameter in generator.parameters())


def test_half_of_the_new_heads_look_at_the_token_before(generator: Any, writer: DocumentWriter) -> None:
    torch.manual_seed(1)  # of the new layers, whatever other tests have drawn before
    model = rewards.make_reward_model(generator, 3).eval()
    model.set_attn_implementation("eager")
    ids = torch.tensor([writer.prompt("Compute 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12")])
    with torch.no_grad():
        attention = model.model(input_ids=ids, output_attentions=True).attentions[2][0]  # (heads, L, L)
    behind = torch.diagonal(attention, offset=-1, dim1=1, dim2=2).mean(1)
    half = len(behind) // 2
    assert behind[:half].min() > 0.8
    assert behind[half:].max() < 0.4


def test_the_second_head_is_not_shipped(generator: Any) -> None:
    model = rewards.make_reward_model(generator, 3)
    names = set(model.state_dict())
    rewards.add_plausibility_head(model)
    assert set(model.state_dict()) > names
    rewards.remove_plausibility_head(model)
    assert set(model.state_dict()) == names


def test_a_pool_keeps_problems_solved_both_ways() -> None:
    pool = rewards.SamplePool()
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
    (chosen,) = rewards.select_mined([[*wrong, *right]], [scores], keep=2)
    kept = [s for s in chosen if not s.lines[-1].ok]
    assert [id(s) for s in kept] == [id(wrong[1]), id(wrong[3])]
    assert {id(s) for s in chosen if s.lines[-1].ok} == {id(right[1]), id(right[3])}


def test_mining_with_one_side_only() -> None:
    assert rewards.select_mined([group([True, True])], [[0.1, 0.2]], keep=1)[0][0].right
    assert len(rewards.select_mined([group([False] * 5)], [[0.1] * 5])[0]) == 3


def test_lessons_are_half_wrong(writer: DocumentWriter) -> None:
    sampled, mined = rewards.SamplePool(), rewards.SamplePool()
    sampled.add([group([True, False])])
    mined.add([group([True, False, False])])
    documents = list(itertools.islice(rewards.training_documents(writer, random.Random(0), sampled, mined), 400))
    last = [int(document.labels[document.ends][-1]) for document in documents]
    assert 0.3 < sum(last) / len(last) < 0.6
    assert list(
        itertools.islice(
            rewards.training_documents(writer, random.Random(0), rewards.SamplePool(), rewards.SamplePool()), 3
        )
    )
