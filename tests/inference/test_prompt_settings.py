"""What changes a prompt, in all forms in which it comes."""

from __future__ import annotations

from typing import Any

import pytest

from pfviz.errors import SettingError
from pfviz.inference.settings import Settings

PAIRS = (("1 + 1", "It is 2."), ("2 + 2", "It is 4."))
RECORDED = '[["1 + 1", "It is 2."], ["2 + 2", "It is 4."]]'
LINES = '{"problem": "1 + 1", "solution": "It is 2."}\n\n{"problem": " 2 + 2", "solution": "It is 4."}\n'


@pytest.mark.parametrize("given", [PAIRS, [list(pair) for pair in PAIRS], RECORDED, LINES])
def test_examples_are_recorded_in_one_form(given: Any) -> None:
    settings = Settings.from_values(examples=given)
    assert settings.examples == RECORDED
    assert settings.writing.examples == PAIRS
    assert Settings.from_recorded(settings.as_dict(), 0) == settings


def test_empty_is_as_the_card_says_and_none_is_nothing() -> None:
    usual, without = Settings().writing, Settings.from_values(examples="none", system="none").writing
    assert (usual.system, usual.examples) == (None, None)
    assert (without.system, without.examples) == ("", ())
    assert Settings.from_values(examples=[]).writing.examples == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("not json", "no JSON in line 1"),
        ('{"problem": "1", "solution": "2"}\n{"problem"', "no JSON in line 2"),
        ("[1", "has no JSON"),
        ('{"question": "1", "answer": "2"}', "no pair as number 1"),
        ([("1", "2"), ("1",)], "no pair as number 2"),
        ([("1", " ")], "no pair as number 1"),
        (["ab"], "no pair as number 1"),
        (7, "must be pairs of problem and solution"),
        ([("1", "2")] * 65, "at most 64"),
    ],
)
def test_what_is_no_example_is_named(given: Any, said: str) -> None:
    with pytest.raises(SettingError, match=said) as caught:
        Settings.from_values(examples=given)
    assert caught.value.field == "examples"


def test_a_system_prompt_is_plain_text() -> None:
    assert Settings.from_values(system=" Be brief.\r\nAnd kind. ").system == "Be brief.\nAnd kind."
    with pytest.raises(SettingError, match="4,001 characters"):
        Settings.from_values(system="x" * 4001)
