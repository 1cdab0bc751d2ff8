"""The process reward adapter on random checkpoints, against a plain re-implementation of the convention."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.models import tiny

PROBLEM = Problem("compute 1 + 2")


def slow(model, tokenizer, prompt: list[int]):
    """ids(prompt) + Σ (ids(step) + ids(separator)), softmax at the last id, class 1; one sequence, no cache."""

    def score(problem: Problem, steps: list[str]) -> float:
        ids = list(prompt)
        for step in steps:
            ids += tokenizer.encode(step, add_special_tokens=False)
            ids += tokenizer.encode("\n\n", add_special_tokens=False)
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([ids])).logits
        return float(torch.softmax(logits[0, -1], dim=0)[1])

    return score


@pytest.mark.parametrize("merged", [("\n\n",), ()], ids=["one-token separator", "two-token separator"])
@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_contract(family, merged, check) -> None:
    tokenizer = tiny.tokenizer(merged=merged)
    model = tiny.classifier(family, vocabulary=len(tokenizer))
    reward = TokenClassifierReward(model, tokenizer, family, chat=True)
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": PROBLEM.text}], add_generation_prompt=True, tokenize=False
    )
    prompt = tokenizer.encode(text, add_special_tokens=False)
    check(contract.Case(lambda: reward, PROBLEM, slow(model, tokenizer, prompt)))


@pytest.mark.parametrize(
    ("separator", "joint"), [("\n\n", "\n"), ("=", "\n\n")], ids=["blank line", "another separator"]
)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_as_a_whole_a_prefix_has_one_separator_at_its_end(separator, joint, check) -> None:
    tokenizer, model, prompt = tiny.tokenizer(template=False), tiny.classifier(), [2, 7, 8, 9]
    encode = partial(tokenizer.encode, add_special_tokens=False)

    def score(problem: Problem, steps: list[str]) -> float:
        ids = list(prompt)
        for i, step in enumerate(steps):
            ids += (encode(joint) if i else []) + encode(step)
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([ids + encode(separator)])).logits
        return float(torch.softmax(logits[0, -1], dim=0)[1])

    reward = TokenClassifierReward(model, tokenizer, "whole", separator=separator, prompt=lambda problem: prompt)
    assert encode(joint)
    assert encode(joint) != reward.separator_ids
    check(contract.Case(lambda: reward, PROBLEM, score, whole=True))


def test_a_prompt_of_its_own() -> None:
    tokenizer, model = tiny.tokenizer(template=False), tiny.classifier()
    prompt = [2, 7, 8, 9]
    reward = TokenClassifierReward(model, tokenizer, "own", prompt=lambda problem: prompt)
    contract.incremental_equals_scratch(contract.Case(lambda: reward, PROBLEM, slow(model, tokenizer, prompt)))


def test_without_a_template_the_beginning_token_comes_first() -> None:
    tokenizer = tiny.tokenizer(template=False)
    tokenizer.bos_token = "<user>"
    reward = TokenClassifierReward(tiny.classifier(), tokenizer, "bos")
    assert reward.prompt(Problem("12")) == [2, *tokenizer.encode("12", add_special_tokens=False)]


def test_a_chat_template_is_used_where_the_model_was_trained_in_it() -> None:
    tokenizer, model = tiny.tokenizer(), tiny.classifier()
    plain = tokenizer.encode(PROBLEM.text, add_special_tokens=False)
    assert TokenClassifierReward(model, tokenizer, "plain").prompt(PROBLEM) == plain
    model.config.prm_chat = True
    chat = TokenClassifierReward(model, tokenizer, "chat").prompt(PROBLEM)
    assert chat == tokenizer.apply_chat_template(
        [{"role": "user", "content": PROBLEM.text}], add_generation_prompt=True
    )["input_ids"]  # fmt: skip
    assert len(chat) > len(plain)
    assert TokenClassifierReward(model, tokenizer, "said", chat=False).prompt(PROBLEM) == plain


def test_other_label_counts_are_refused() -> None:
    with pytest.raises(ModelError, match="3 labels"):
        TokenClassifierReward(tiny.classifier(num_labels=3), tiny.tokenizer(), "three")


def test_not_a_number_is_an_error() -> None:
    model = tiny.classifier()
    with torch.no_grad():
        model.score.weight.fill_(float("nan"))
    session = TokenClassifierReward(model, tiny.tokenizer(), "broken").open(PROBLEM, particles=1)
    with pytest.raises(ModelError, match="broken scored a step as nan"):
        session.score({0: contract.step_of("1")})


def test_each_token_is_fed_once_and_what_slots_share_too() -> None:
    model = tiny.classifier()
    fed = []
    model.register_forward_pre_hook(lambda _, args, kwargs: fed.append(kwargs["input_ids"].numel()), with_kwargs=True)
    reward = TokenClassifierReward(model, tiny.tokenizer(), "counted")
    session = reward.open(PROBLEM, particles=3)
    session.score({i: contract.step_of("1") for i in range(3)})  # one step of 2 tokens, three times
    session.score({i: contract.step_of("2" * (i + 1)) for i in range(3)})  # 2 + 3 + 4
    session.select(np.array([0, 0, 1]))
    session.score({0: contract.step_of("5"), 1: contract.step_of("5"), 2: contract.step_of("5")})  # two of them clones
    assert fed == [len(reward.prompt(PROBLEM)), 2, 9, 4]
