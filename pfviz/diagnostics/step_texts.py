"""What particles wrote, one beside another: what siblings share, who wrote the same, and where two texts differ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

import numpy as np

from pfviz.diagnostics.kinship import kin
from pfviz.trace.trace import Trace

MAX_WORDS = 300
"""Words of a text that are compared: comparing takes time that grows with their square."""

Piece = tuple[Literal["same", "inserted", "deleted"], str]

_DELIMITERS = ((r"\(", r"\)"), (r"\[", r"\]"), ("{", "}"))
_MARKS = ("$", "**", "`")  # those that open close, too


def sibling_prefix(trace: Trace, uid: int) -> int:
    """Characters, up to the beginning of a word, with which the text of a node and those of all its siblings begin. No
    formula is cut. 0 where there is no sibling, and where all of them wrote the same.

    Raises:
        KeyError: no step has that uid.
    """
    siblings = [trace.node(other) for other in kin(trace, uid).siblings]
    if not siblings:
        return 0
    t, n = trace.node(uid)
    texts = [trace.texts[t][n], *(trace.texts[t][slot] for t, slot in siblings)]
    low, high = min(texts), max(texts)  # what these two share, all between them share
    shared = low[: next((k for k, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))]
    if len(shared) == len(texts[0]):
        return 0
    ends = [found.end() for found in re.finditer(r"\s+", shared)]
    return next((end for end in reversed(ends) if _is_balanced(shared[:end])), 0)


def _is_balanced(text: str) -> bool:
    """Whether no formula and no mark of Markdown is open at the end of the text."""
    pairs = all(text.count(opening) == text.count(closing) for opening, closing in _DELIMITERS)
    return pairs and all(text.count(mark) % 2 == 0 for mark in _MARKS)


def same_text(trace: Trace, uid: int) -> tuple[int, ...]:
    """Slots of the other particles that wrote the same text at the step of a node, ascending.

    Raises:
        KeyError: no step has that uid.
    """
    t, n = trace.node(uid)
    text = trace.texts[t][n].strip()
    found = [int(slot) for slot in np.flatnonzero(trace.written[t]) if trace.texts[t][slot].strip() == text]
    return tuple(slot for slot in found if slot != n) if text else ()


def compare_words(old: str, new: str) -> list[Piece]:
    """Return the pieces, word by word, that make `new` of `old`: what is the same, what is deleted, what is inserted.
    Of long texts the first `MAX_WORDS` words."""
    before, after = _split_words(old), _split_words(new)
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(after[k:m])))
        else:
            pieces += [("deleted", "".join(before[i:j]))] if j > i else []
            pieces += [("inserted", "".join(after[k:m]))] if m > k else []
    return pieces


def _split_words(text: str) -> list[str]:
    """Words, each with the space after it."""
    return re.findall(r"\S+\s*", text)[:MAX_WORDS]
