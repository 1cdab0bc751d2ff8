"""Blocks of code and of display mathematics are one piece; a text's pieces are the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.problems.blocks import (
    MAX_MATH_CHARACTERS,
    find_blocks,
    find_separators,
    open_block,
    open_block_after,
    split_text,
)
from pfviz.problems.problem import SEPARATOR, split_steps

BLOCKS = (
    "```python\nx = 1\n\ny = 2\n```",
    "~~~\nx\n\n```\n\ny\n~~~~",
    "````\n```\n\n```\n````",
    "   ```\na\n\nb\n  ```  ",
    "$$\na\n\n= b\n$$",
    "\\[\na \\\\[2pt]\n\n= b\n\\]",
    "\\begin{align}a\n\nb\\end{align}",
    "\\begin{align*}a\n\nb\\end{align*}",
    "\\begin{cases}\\begin{cases}a\n\n\\end{cases}\n\n\\end{cases}",
)


def find_separator(text: str, separator: str, before: str = "") -> tuple[int, int] | None:
    return next(find_separators(text, separator, before), None)


def ends_at_separator(text: str, separator: str, before: str = "") -> bool:
    return any(end == len(text) for _, end in find_separators(text, separator, before))


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
@pytest.mark.parametrize("block", BLOCKS)
def test_no_blank_line_inside_a_block_ends_a_step(block: str, break_: str) -> None:
    solution = f"First.\n\n{block}\n\nSo 7.\n\nDone.".replace("\n", break_)
    assert split_steps(solution) == ["First.", block.replace("\n", break_).strip(), "So 7.", "Done."]
    assert not open_block(solution)


@pytest.mark.parametrize(
    "text",
    [
        "```\na",
        "```\na\n``",
        "```\na\n~~~",
        "~~~~\na\n~~~",
        "```\na\n``` b",
        "$$a",
        "x $$a$$ $$b",
        "\\[a\\\\]",
        "\\begin{align}a\\end{gather}",
        "\\begin{align}a\\end{align*}",
    ],
)
def test_what_is_not_closed_is_open_and_splits_a_whole_text_as_if_it_were_not_there(text: str) -> None:
    assert open_block(text)
    assert find_separator(f"{text}\n\nb", SEPARATOR) is None
    assert not ends_at_separator(f"{text}\n\n", SEPARATOR)
    assert split_steps(f"{text}\n\nb") == [text, "b"]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "it costs $5",
        "``` in a line ```",
        "\\\\[2pt]",
        "\\$$5",
        "\\begin{itemize}",
        "a ```\nb",
        "    ```\nb",
    ],
)
def test_what_only_looks_like_a_mark_opens_nothing(text: str) -> None:
    assert not open_block(text)
    assert find_separator(f"{text}\n\nb", SEPARATOR) == (len(text), len(text) + 2)
    assert ends_at_separator(f"{text}\r\n\r\n", SEPARATOR)


def test_mathematics_that_is_too_long_is_none() -> None:
    price = "It costs $$5." + " Well." * (MAX_MATH_CHARACTERS // 6)
    assert open_block("It costs $$5.")
    assert not open_block(price)
    assert [block.opener for block in find_blocks(f"{price}\n```\nx\n```")] == ["```"]


def test_a_block_goes_on_over_one_cut() -> None:
    before = open_block_after("", "```python\na = 1")
    assert before == "```\n"
    assert find_separator("b\n\nc\n```\n\nd", SEPARATOR, before) == (8, 10)
    assert ends_at_separator("b\n\nc\n```\n\n", SEPARATOR, before)
    assert not ends_at_separator("b\n\n", SEPARATOR, before)
    assert open_block_after(before, "b") == ""


def test_other_separators_are_found_as_they_are() -> None:
    assert find_separator("a\r\nb", "\n") == (1, 3)
    assert find_separator("a<extra_0>b", "<extra_0>") == (1, 10)
    assert find_separator("a.b", "..") is None


PIECES = [
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "a",
    "$$",
    "\\[",
    "\\]",
    "\\\\",
    "```",
    "~~~",
    "````",
    "\\begin{align}",
    "\\end{align}",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    pieces = split_text(text, SEPARATOR)
    assert "".join(pieces) == text
    assert all(pieces)
    closed = [block for block in find_blocks(text) if block.end is not None]
    ends = {sum(map(len, pieces[:k])) for k in range(1, len(pieces))}
    assert not any(block.start < end < (block.end or 0) for block in closed for end in ends)


@given(TEXTS, st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_what_was_written_so_far_decides_as_the_whole_would(text: str, length: int) -> None:
    """The end of a step does not depend on what comes after it."""
    found = find_separator(text, SEPARATOR)
    if found is not None:
        assert find_separator(text[: found[1]], SEPARATOR) == found
        assert ends_at_separator(text[: found[1]], SEPARATOR)
        assert not any(ends_at_separator(text[:k], SEPARATOR) for k in range(found[1]) if text[k - 1 : k + 1] != "\n\n")
