r"""What is one piece of a text whatever blank lines it holds: code between fences, and display mathematics.

A fence is a line of three or more backticks or tildes, as in CommonMark; the block ends at a line of as many of the
same, or more. Display mathematics is `$$…$$`, `\[…\]` and `\begin{align}…\end{align}` and its kin. A mark inside the
other kind of block means nothing. A separator may be written with either kind of line break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MAX_MATH_CHARACTERS = 1500
"""Display mathematics that is longer is none: a mark that nothing closes, such as a price in `$$`."""

_ENVIRONMENTS = (
    "align|alignat|aligned|alignedat|array|bmatrix|Bmatrix|cases|dcases|displaymath|eqnarray|equation|flalign|gather|"
    "gathered|math|matrix|multline|pmatrix|smallmatrix|split|subarray|vmatrix|Vmatrix"
)
_MARK = re.compile(
    r"(?m:^) {0,3}(?P<fence>`{3,}|~{3,})(?P<rest>[^\r\n]*)"
    r"|\\\\|(?P<dollars>(?<!\\)\$\$)|\\(?P<bracket>[\[\]])"
    rf"|\\(?P<edge>begin|end)\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}"
)


@dataclass(frozen=True, slots=True)
class Block:
    """The characters `start` to `end` (excluded) of a text; `end` is None where nothing closes it."""

    opener: str  # such as ``` or \begin{align}
    start: int
    end: int | None = None

    @property
    def is_code(self) -> bool:
        return self.opener[0] in "`~"


def find_blocks(text: str) -> list[Block]:
    """Return the blocks of a text, in order; only the last one may be without an end. Linear in the text."""
    found: list[Block] = []
    block: Block | None = None
    depth = 0
    for mark in _MARK.finditer(text):
        if block is not None and not block.is_code and mark.end() - block.start > MAX_MATH_CHARACTERS:
            block = None
        if block is None:
            opener = _opener(mark)
            block, depth = (Block(opener, mark.start()), 1) if opener else (None, 0)
            continue
        depth += _depth_change(block.opener, mark)
        if depth == 0:
            found.append(Block(block.opener, block.start, mark.end()))
            block = None
    if block is not None and (block.is_code or len(text) - block.start <= MAX_MATH_CHARACTERS):
        found.append(block)
    return found


def open_block(text: str) -> str:
    r"""Return what opened the block that a text ends in, such as "```" or "\[", on a line of its own; empty where it
    ends in none."""
    found = find_blocks(text)
    return f"{found[-1].opener}\n" if found and found[-1].end is None else ""


def open_block_after(before: str, text: str) -> str:
    """Return what the next step begins in, after a step that was cut and began in `before`. A block goes on over one
    cut at most, so that one that nothing closes takes no more."""
    return "" if before else open_block(text)


def find_separators(text: str, separator: str, before: str = "") -> Iterator[tuple[int, int]]:
    """Yield where separators begin and end that no block holds, also one that is still open. `before` is what the text
    begins in, as `open_block` gives it."""
    yield from _separators(before + text, separator, find_blocks(before + text), len(before))


def split_text(text: str, separator: str) -> list[str]:
    """Return the pieces of a whole text, each with the separator that ends it: joined, they are the text.

    A block that nothing closes is none.
    """
    closed = [block for block in find_blocks(text) if block.end is not None]
    ends = [end for _, end in _separators(text, separator, closed)]
    pieces = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [piece for piece in pieces if piece]


def _separators(text: str, separator: str, blocks: list[Block], skip: int = 0) -> Iterator[tuple[int, int]]:
    """Where separators are that no block holds; places are told from `skip` on."""
    starts = [block.start for block in blocks]
    for found in _separator_pattern(separator).finditer(text, skip):
        at = bisect_right(starts, found.start()) - 1
        end = blocks[at].end if at >= 0 else 0
        if end is not None and end <= found.start():
            yield found.start() - skip, found.end() - skip


@cache
def _separator_pattern(separator: str) -> re.Pattern[str]:
    return re.compile(r"\r?\n".join(map(re.escape, separator.split("\n"))))


def _opener(mark: re.Match[str]) -> str:
    """What the mark opens, as it has to be closed; empty for one that opens nothing."""
    if fence := mark["fence"]:
        return "" if fence[0] == "`" and "`" in mark["rest"] else fence  # code within a line
    if mark["dollars"] or mark["bracket"] == "[":
        return mark.group()
    return mark.group() if mark["edge"] == "begin" else ""


def _depth_change(opener: str, mark: re.Match[str]) -> int:
    """How much deeper the text is after a mark inside the block that was opened so: −1 closes one level."""
    if opener[0] in "`~":
        fence = mark["fence"] or " "
        return -1 if fence.startswith(opener) and not mark["rest"].strip() else 0
    if opener == "$$":
        return -1 if mark["dollars"] else 0
    if opener == r"\[":
        return -1 if mark["bracket"] == "]" else 0
    if mark["edge"] and opener == rf"\begin{{{mark['name']}}}":
        return 1 if mark["edge"] == "begin" else -1
    return 0
