"""Stories are read exactly, or not at all."""

from __future__ import annotations

import random
import re

import pytest

from pfviz.tiny import stories
from pfviz.tiny.expressions import evaluate
from pfviz.tiny.story_reader import read_story

BUS = "A bus has 30 people. At a stop 8 get off and 5 get on. How many people are on the bus now?"


def test_every_story_of_the_grammar_is_read_as_it_was_meant() -> None:
    for seed in range(2500):
        task = stories.make_task(random.Random(f"read {seed}"))
        found = read_story(task.text).expr
        assert found is not None, task.text
        assert evaluate(found) == task.answer, task.text


@pytest.mark.parametrize(
    ("change", "into"),
    [
        (r"\bHow many\b", "How often"),  # another question
        (r"\. ", ". It rains. "),  # a sentence more
        (r"(\d+)", r"\1 or 3"),  # a number more
        (r"\d+", "three"),  # a number in words
        (r"\?", " before?"),  # a word more
    ],
)
def test_a_story_with_one_thing_changed_is_not_read(change: str, into: str) -> None:
    for seed in range(120):
        text = stories.make_task(random.Random(seed)).text
        changed = re.sub(change, into, text, count=1)
        if changed != text:
            assert read_story(changed).expr is None, changed


def test_words_that_belong_together_have_to_agree(subtests: pytest.Subtests) -> None:
    assert read_story(BUS).expr == ("+", ("-", 30, 8), 5)
    for text in (
        BUS.replace("on the bus", "on the boat"),
        "Mia has 12 marbles. She loses 3. How many apples does she have?",
        "Mia has 12 marbles. She loses 3. How many marbles does he have?",
        "Mia has 12 marbles. She loses 3. How many marbles does Ben have now?",
        "Mia has 9 pens and Mia has 3 pens. How many pens do they have together?",
        "Everybody has 12 marbles. She loses 3. How many marbles does she have?",
    ):
        with subtests.test(text=text):
            assert read_story(text).expr is None


@pytest.mark.parametrize(
    "text",
    [
        "A pie costs 3 euros and a sandwich costs 2 euros. Mia buys 4 pies and 5 sandwiches. How much does she pay?",
        "Zubba has 10 tiddlies. She buys 3 bags of 4. How many tiddlies does Zubba have now?",
        "mia has 25 beads. she loses 3. how many beads are left",
    ],
)
def test_a_visitors_own_words_and_plurals_are_read(text: str) -> None:
    found = read_story(text).expr
    assert found is not None
    assert evaluate(found) == 22


@pytest.mark.parametrize("text", ["", "?", "3", "Mia has", "Mia has 12 marbles.", "... ???", "a" * 400, "3 " * 200])
def test_no_text_breaks_it(text: str) -> None:
    assert read_story(text).expr is None
