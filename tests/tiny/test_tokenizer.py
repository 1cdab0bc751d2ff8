"""The tokenizer as AutoTokenizer loads it: boundaries, the chat template, and any text there and back."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.tiny import tokenizer, world


def ids(loaded: Any, text: str) -> list[int]:
    return list(loaded.encode(text, add_special_tokens=False))


def test_files(tokenizer_folder: Path) -> None:
    names = {path.name for path in tokenizer_folder.iterdir()}
    assert {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"} <= names


def test_the_separator_is_that_of_the_package() -> None:
    assert tokenizer.SEPARATOR == SEPARATOR


@pytest.mark.parametrize("token", [tokenizer.USER, tokenizer.ASSISTANT, tokenizer.END, SEPARATOR])
def test_single_tokens(loaded: Any, token: str) -> None:
    assert len(ids(loaded, token)) == 1


def test_sizes(loaded: Any) -> None:
    assert len(loaded) <= tokenizer.VOCABULARY_SIZE
    assert loaded.eos_token == loaded.pad_token == tokenizer.END
    assert loaded.model_max_length == 1024


def test_digits_are_single(loaded: Any) -> None:
    for number in ("1", "12", "199", "2026"):
        assert [loaded.decode([i]) for i in ids(loaded, number)] == list(number)


def test_a_statement_costs_a_token_a_sign(loaded: Any) -> None:
    pieces = [loaded.decode([i]) for i in ids(loaded, "12 + 7 = 19")]
    assert pieces == ["1", "2", " + ", "7", " = ", "1", "9"]


def test_steps_never_merge_with_the_separator(loaded: Any) -> None:
    """Tokenising a solution at once or step by step gives the same ids."""
    separator = ids(loaded, SEPARATOR)
    for seed in range(60):
        rng = random.Random(seed)
        task = world.draw_task(rng)
        steps = [line.text for line in world.write_solution(rng, task, 0.2)]
        parts = ids(loaded, steps[0])
        for step in steps[1:]:
            parts += separator + ids(loaded, step)
        assert ids(loaded, SEPARATOR.join(steps)) == parts


def test_chat_template(loaded: Any) -> None:
    messages = [{"role": "user", "content": "Compute 3 + 4"}]
    asked = loaded.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert asked == "<|user|>Compute 3 + 4<|assistant|>"
    messages.append({"role": "assistant", "content": "3 + 4 = 7."})
    assert loaded.apply_chat_template(messages, tokenize=False) == "<|user|>Compute 3 + 4<|assistant|>3 + 4 = 7.<|end|>"
    prompt = Tokenization(loaded).prompt(Problem("Compute 3 + 4"))
    assert prompt == ids(loaded, tokenizer.USER) + ids(loaded, "Compute 3 + 4") + ids(loaded, tokenizer.ASSISTANT)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_there_and_back(loaded: Any, text: str) -> None:
    if not any(special in text for special in (tokenizer.USER, tokenizer.ASSISTANT, tokenizer.END)):
        assert Tokenization(loaded).decode(ids(loaded, text)) == text


def test_the_same_texts_give_the_same_tokenizer() -> None:
    texts = [f"{a} + {b} = {a + b}, so we have plums." for a in range(12) for b in range(12)]
    assert tokenizer.build(texts).to_str() == tokenizer.build(texts).to_str()
