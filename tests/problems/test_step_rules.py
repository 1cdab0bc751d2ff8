"""Where texts are cut into steps, character by character as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.problems.step_rules import STEP_KINDS, StepKind, StepRule, is_heading


def cut_while_written(text: str, rule: StepRule, piece: int = 1) -> list[str]:
    """The steps of a text that comes in pieces of so many characters."""
    steps, present = [], ""
    for start in range(0, len(text), piece):
        passed = len(present)
        present += text[start : start + piece]
        if (cut := rule.find_cut(present, passed=passed)) is not None:
            steps.append(present[: cut.start].strip())
            present = present[cut.end :]
    return [step for step in [*steps, present.strip()] if step]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("He pays 3.5 dollars. She pays 2.", ["He pays 3.5 dollars.", "She pays 2."]),
        ("Mr. Li has 2, e.g. Dr. Ho. So 3.", ["Mr. Li has 2, e.g. Dr. Ho.", "So 3."]),
        ("Is it so? Yes! It is.", ["Is it so?", "Yes!", "It is."]),
        ("5! is 120 and n! grows. End", ["5! is 120 and n! grows.", "End"]),
        ("It costs $4. He pays $5. Done", ["It costs $4.", "He pays $5.", "Done"]),
        ("Let $x = 3. y$ be. So \\(a. b\\) is. End", ["Let $x = 3. y$ be.", "So \\(a. b\\) is.", "End"]),
        ("Call `a. b` now. End", ["Call `a. b` now.", "End"]),
        ("1. First. 2. Second.", ["1. First.", "2. Second."]),
        ("And so on ... until 9. End", ["And so on ... until 9.", "End"]),
        ("So **it is 3.** Then 4.", ["So **it is 3.**", "Then 4."]),
        ('He says "3." Then 4.', ['He says "3."', "Then 4."]),
        ("3 + 4 = 7\n\nThen 8", ["3 + 4 = 7", "Then 8"]),
        ("\\[\na. b\n\n= 3. c\n\\] So 3. End", ["\\[\na. b\n\n= 3. c\n\\] So 3.", "End"]),
        ("J. Smith of St. Ives pays. End", ["J. Smith of St. Ives pays.", "End"]),
    ],
)
def test_a_sentence_ends_at_its_mark_and_not_inside_of_numbers_names_and_formulas(text: str, steps: list[str]) -> None:
    assert cut_while_written(text, StepRule("sentence")) == steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1. a\n   more\n2. b\n3) c", ["1. a\n   more", "2. b", "3) c"]),
        ("So:\n1. a\n2. b", ["So:\n1. a", "2. b"]),
        ("Well.\n\n1. a", ["Well.", "1. a"]),
        ("## Step 1\na\n\n## Step 2: b\nc\n### Step 10\nd", ["## Step 1\na", "## Step 2: b\nc", "### Step 10\nd"]),
        ("**1. A**\nb\n**Step 2** c", ["**1. A**\nb", "**Step 2** c"]),
        ("It is\n2.5 times\n1984 was", ["It is\n2.5 times\n1984 was"]),
        ("```\n1. a\n2. b\n```\n3. c", ["```\n1. a\n2. b\n```", "3. c"]),
    ],
)
def test_an_item_ends_where_the_next_one_begins(text: str, steps: list[str]) -> None:
    assert cut_while_written(text, StepRule("numbered")) == steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a\nb\n\n\nc", ["a", "b", "c"]),
        ("\n\na\r\nb", ["a", "b"]),
        ("```\na\nb\n```\nc", ["```\na\nb\n```", "c"]),
        ("**Step 1**\na\nb", ["**Step 1**\na", "b"]),
    ],
)
def test_a_line_is_a_step_if_it_is_not_blank(text: str, steps: list[str]) -> None:
    assert cut_while_written(text, StepRule("line")) == steps


def test_so_many_tokens_are_a_step_unless_a_block_or_a_box_is_open() -> None:
    rule = StepRule("tokens", tokens=3)
    assert not rule.may_end("ab", 2)
    assert rule.may_end("abc", 3)
    assert rule.find_cut("so it is") is not None
    for text in ("", " \n", "```\na", "\\[ a", "So \\boxed{1", "So \\boxed"):
        assert rule.find_cut(text) is None
    assert rule.find_cut("So \\boxed{\\frac{1}{2}}") is not None


@pytest.mark.parametrize(
    "text",
    [
        "# A", "## Step 2: Find it", "**Step 2: Determine the total.**", "**Total**:", "3. **Total:**", "Step 2:",
        "So we have:", "# A\n\n**B**",
    ],
)  # fmt: skip
def test_a_heading_goes_with_what_follows_unless_it_is_to_stand_alone(text: str) -> None:
    assert is_heading(text)
    assert cut_while_written(f"{text}\n\na = 1\n\nb", StepRule()) == [f"{text}\n\na = 1", "b"]
    assert cut_while_written(f"{text}\n\na = 1", StepRule(joins_headings=False))[-1] == "a = 1"


@pytest.mark.parametrize("text", ["a = 1", "**2** + 3 = 5", "#5 wins", "**a** is **b**", "12.", "Step 2 is done", ""])
def test_what_says_something_is_no_heading(text: str) -> None:
    assert not is_heading(text)


def test_a_step_has_its_least_number_of_tokens() -> None:
    rule = StepRule("line", least=3)
    assert [rule.may_end("a\n", count) for count in (1, 2, 3)] == [False, False, True]
    assert rule.find_cut("a\nb", passed=3) is None  # what was passed over stays so


# No code or mathematics within a line: what looks open there may turn out to be none, and a cut that it held is gone.
PIECES = ["\n", "\n\n", " ", "a", ". ", "1. ", "Step 2", "```\n", "\\[", "\\]", "!", "e.g.", "**", ":"]


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.sampled_from(STEP_KINDS[:4]))
@settings(max_examples=150, deadline=None)
def test_what_was_written_so_far_decides_as_the_whole_would(text: str, kind: StepKind) -> None:
    """A cut is known from the characters up to `known`, whatever comes after them."""
    rule = StepRule(kind)
    cut = rule.find_cut(text)
    if cut is not None:
        early = rule.find_cut(text[: cut.known])
        assert early is not None
        assert (early.start, early.known) == (cut.start, cut.known)
        assert 0 <= cut.start <= cut.end
        assert cut.start <= cut.known <= len(text)
