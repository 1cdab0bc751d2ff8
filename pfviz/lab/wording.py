"""What can be read in the text of a step or a problem, and how numbers are said in a sentence."""

from __future__ import annotations

import re
from itertools import pairwise

_SIGN_WORDS = 8  # so many words may stand in a problem that is written in signs
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATIVE = re.compile(r"(?:^|[=(,:]\s*|[-+*/]\s*\(?)-\d")
_FRACTION = re.compile(r"\d\s*/\s*\d")
_UNKNOWN = re.compile(r"\d?[a-z]\b.*=|=.*\d?[a-z]\b")
_PRODUCT = re.compile(r"\*|times|\d[a-z(]")
_OPERATION = re.compile(r"[\d)a-z]\s*([-+*/])\s*\(?-?[\d(a-z]")
_PIECE = re.compile(r"\d+|[A-Za-z]+|\S")


def operation(text: str) -> str:
    """The sign that a step works out: the first one between two operands before its equals sign; "" without one."""
    match = _OPERATION.search(text.split("=")[0])
    return match[1] if match else ""


def numbers(text: str) -> int:
    """How many numbers stand in it."""
    return len(_NUMBER.findall(text))


def size(text: str) -> int:
    """Digits of its largest number before the point; 0 without a number."""
    return max((len(number.split(".")[0]) for number in _NUMBER.findall(text)), default=0)


def has_negative(text: str) -> bool:
    """Whether one of its numbers has a minus sign of its own."""
    return bool(_NEGATIVE.search(text))


def has_fraction(text: str) -> bool:
    """Whether a number is divided by a number."""
    return bool(_FRACTION.search(text))


def has_unknown(text: str) -> bool:
    """Whether a letter stands on a side of an equation."""
    return bool(_UNKNOWN.search(text))


def has_product(text: str) -> bool:
    """Whether something is multiplied, a letter or a bracket by the number before it too."""
    return bool(_PRODUCT.search(text))


def in_words(problem: str) -> bool:
    """Whether a problem is told in words rather than in signs."""
    return len(_WORD.findall(problem)) > _SIGN_WORDS


def pieces(text: str) -> tuple[str, ...]:
    """Numbers, words and signs, in their order."""
    return tuple(_PIECE.findall(text))


def phrases(text: str) -> frozenset[str]:
    """Its words and pairs of neighbouring words, in small letters."""
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset([*words, *(f"{a} {b}" for a, b in pairwise(words))])


def counted(number: float, noun: str) -> str:
    """As in "1 step" and "2 steps"."""
    return f"{number:.0f} {noun}" if round(number) == 1 else f"{number:.0f} {noun}s"


def percent(share: float) -> str:
    """As in "48 %"."""
    return f"{100 * share:.0f} %"


def amount(value: float) -> str:
    """Two digits after the point, more where those would be zeros."""
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.2g}"
