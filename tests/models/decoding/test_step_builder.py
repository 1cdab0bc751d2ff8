"""A step in the making: when it has ended, and what it becomes. That of whole runs is in test_causal_lm.py."""

from __future__ import annotations

import pytest

from pfviz.errors import ModelError
from pfviz.models.decoding.step_builder import EndDetector, StepBuilder, build_step, check_given_steps
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.step_rules import StepRule
from pfviz.types import Step
from tests.models import tiny

TOKENIZER = tiny.tokenizer()
ENDINGS = EndDetector(Tokenization(TOKENIZER), StepRule(), frozenset({1}), max_characters=20)
GIVEN = Step("7", (TOKENIZER.convert_tokens_to_ids("7"), 5), -2.0, False, "separator")


def written(text: str, most: int = 50, given: Step | None = None) -> StepBuilder:
    """A builder to which the characters of a text were added, "|" for the blank line and "$" for the end."""
    builder = StepBuilder(None, most, given)
    for character in text:
        assert builder.end == ""
        token = {"|": "\n\n", "$": "<end>"}.get(character, character)
        builder.add(TOKENIZER.convert_tokens_to_ids(token), -0.5, None)
        ENDINGS.detect_end(builder)
    return builder


@pytest.mark.parametrize(
    ("text", "end", "said"),
    [
        ("1+2", "", ""),
        ("1+2|", "separator", "1+2"),
        ("1+2$", "eos", "1+2"),
        ("12345678901234567890", "characters", "12345678901234567890"),
    ],
)
def test_the_last_token_may_end_a_step(text: str, end: str, said: str) -> None:
    builder = written(text)
    assert (builder.end, builder.text.strip()) == (end, said)
    assert builder.log_prob == -0.5 * len(text)


CODE = EndDetector(Tokenization(TOKENIZER), StepRule(), frozenset({1}), max_characters=200)


@pytest.mark.parametrize(
    ("pieces", "before", "ends"),
    [
        (["1", "\n\n"], "", [1]),
        (["1", "\r\n", "\r\n"], "", [2]),
        (["1", "\n", "\r\n"], "", [2]),
        (["1\n\n2", "\n\n\n"], "", [1]),  # a separator inside a token ends nothing
        (["```\n1", "\n\n", "2\n```", "\n\n"], "", [3]),
        (["$$1", "\n\n", "2$$", "\n\n"], "", [3]),
        (["1", "\n\n", "```", "\n\n"], "```\n", [3]),
        (["```\n1", "\n\n"], "", []),
    ],
)
def test_a_blank_line_of_either_kind_ends_a_step_unless_a_block_holds_it(
    pieces: list[str], before: str, ends: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = CODE.tokenization
    monkeypatch.setattr(tokens, "decode_token", lambda token: pieces[token])
    monkeypatch.setattr(tokens, "decode", lambda ids: "".join(pieces[i] for i in ids))
    detector = EndDetector(tokens, StepRule(), frozenset(), max_characters=200)
    builder, found = StepBuilder(None, 50, before=before), []
    for token in range(len(pieces)):
        builder.add(token, -0.5, None)
        detector.detect_end(builder)
        if builder.end:
            found.append(token)
            break
    assert found == ends


def test_as_many_tokens_as_it_may_have() -> None:
    assert written("123", most=3).end == "tokens"


def test_a_given_step_keeps_its_own_tokens_and_end() -> None:
    builder = written("1", given=GIVEN)
    assert (builder.ids, builder.end) == (list(GIVEN.token_ids[:1]), "")
    builder = written("12", given=GIVEN)
    assert (builder.ids, builder.end) == (list(GIVEN.token_ids), "separator")
    assert build_step(builder, room=2, after_empty=True) is GIVEN


@pytest.mark.parametrize(
    ("text", "room", "after_empty", "end", "finished"),
    [
        ("1|", 50, False, "separator", False),
        ("1|", 2, False, "separator", True),
        ("|", 50, False, "separator", False),
        ("|", 50, True, "separator", True),
        ("1|", 50, True, "separator", False),
        ("1$", 50, False, "eos", True),
        ("\\boxed{3}|", 50, False, "boxed", True),
        ("\\boxed{3}$", 50, False, "eos", True),
    ],
)
def test_what_a_draft_becomes(text: str, room: int, after_empty: bool, end: str, finished: bool) -> None:
    step = build_step(written(text), room=room, after_empty=after_empty)
    assert (step.end, step.finished, len(step.token_ids)) == (end, finished, len(text))


def test_numbers_of_tokens_are_short_and_their_sum_is_not() -> None:
    builder = StepBuilder(None, 5)
    builder.add(5, -1 / 3, 2 / 3)
    assert (builder.log_probs, builder.entropies, builder.log_prob) == ([-0.333333], [0.666667], -1 / 3)


def test_a_given_step_must_be_one_of_the_model() -> None:
    check_given_steps({0: GIVEN}, {0}, 2, 60, "g")
    for active, most, vocabulary in (({1}, 2, 60), ({0}, 1, 60), ({0}, 2, 5)):
        with pytest.raises(ModelError):
            check_given_steps({0: GIVEN}, active, most, vocabulary, "g")
