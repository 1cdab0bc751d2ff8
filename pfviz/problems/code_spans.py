"""Code in a text, as Markdown marks it: between fences, and between backticks within a paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pfviz.problems.blocks import find_blocks

_BACKTICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_CLOSING_FENCE = re.compile(r"(?:\A|\r?\n)[ \t]*(?:`{3,}|~{3,})[ \t\r]*\Z")


class Piece(NamedTuple):
    """A part of a text, without the marks of code."""

    kind: Literal["prose", "code", "code block"]
    text: str


def split_code(text: str) -> Iterator[Piece]:
    """Yield the code of a text and the prose around it, in order; a text without code is one piece of prose.

    A fence that nothing closes holds the rest. A backtick that nothing closes is a character like any other, and so are
    quotation marks as TeX writes them: `this' and ``that''.
    """
    at = 0
    for block in find_blocks(text):
        if not block.is_code:
            continue
        yield from _split_paragraphs(_drop_line_end(text[at : block.start]))
        at = len(text) if block.end is None else block.end
        inside = text[block.start : at].partition("\n")[2]
        yield Piece("code block", inside if block.end is None else _CLOSING_FENCE.sub("", inside))
        at += len(text[at : at + 2]) - len(text[at : at + 2].lstrip("\r").removeprefix("\n"))
    yield from _split_paragraphs(text[at:])


def _drop_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _split_paragraphs(text: str) -> Iterator[Piece]:
    """The code between backticks of a text without fences."""
    at = 0
    for start, end, inside in _inline_spans(text):
        if start > at:
            yield Piece("prose", text[at:start])
        yield Piece("code", inside)
        at = end
    if at < len(text):
        yield Piece("prose", text[at:])


def _inline_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where code within paragraphs begins and ends, and what it is: between two runs of as many backticks."""
    runs = [(found.start(), found.end()) for found in _BACKTICKS.finditer(text)]
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in runs:
        by_length[end - start].append(start)
    breaks = [found.start() for found in _BLANK_LINE.finditer(text)] if runs else []
    at = 0
    for start, end in runs:
        same = by_length[end - start]
        place = bisect_right(same, start)
        if start < at or place == len(same):
            continue
        close = same[place]
        inside = text[end:close]
        blank = bisect_right(breaks, start)
        crosses = blank < len(breaks) and breaks[blank] < close
        if crosses or inside[0].isspace() != inside[-1].isspace() or not inside.strip():
            continue
        at = close + (end - start)
        yield start, at, inside[1:-1] if inside[0] == inside[-1] == " " else inside
