"""What can be read in the text of a step or a problem, and how numbers are said in a sentence."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

_MAX_SIGN_WORDS = 8  # so many words may stand in a problem that is written in signs
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATIVE = re.compile(r"(?:^|[=(,:]\s*|[-+*/]\s*\(?)-\d")
_FRACTION = re.compile(r"\d\s*/\s*\d")
_UNKNOWN = re.compile(r"\d?[a-z]\b.*=|=.*\d?[a-z]\b")
_PRODUCT = re.compile(r"[*×]|times|\d[a-z(]")
_OPERATION = re.compile(r"[\d)a-z]\s*([-+*/])\s*\(?-?[\d(a-z]")
_VALUE = r"-?\d+(?:\.\d+)?"
_CLAIM = re.compile(  # two numbers by themselves before an equals sign, one behind it
    rf"(?:^|[=,.:;]|[A-Za-z]{{2,}})\s*\(?({_VALUE})\)?\s*([-+*/×÷])\s*\(?({_VALUE})\)?\s*=\s*({_VALUE})(?![\d.]*\s*[-+*/×÷(a-z\d])"
)
_RESULT = re.compile(r"=\s*-?(\d+)(?!\d|\s*[-+*/×÷])")
_PIECE = re.compile(r"\d+|[A-Za-z]+|\S")


def operation(text: str) -> str:
    """The sign that a step works out: the first one between two operands before its equals sign; "" without one."""
    match = _OPERATION.search(text.split("=")[0])
    return match[1] if match else ""


def is_untrue(text: str) -> bool:
    """Whether it says of two numbers that they make a third, and they do not."""
    return any(not _is_true(*match.groups()) for match in _CLAIM.finditer(text))


def _is_true(first: str, sign: str, second: str, result: str) -> bool:
    a, b, c = Fraction(first), Fraction(second), Fraction(result)
    if sign in "/÷":
        return b != 0 and a == b * c
    return c == (a + b if sign == "+" else a - b if sign == "-" else a * b)


def given_numbers(text: str) -> frozenset[str]:
    """Its numbers without their signs, but for those that it finds itself: results."""
    return frozenset(re.findall(r"\d+", _RESULT.sub("", text)))


def result_numbers(text: str) -> list[str]:
    """The numbers behind its equals signs that nothing is done with there, without their signs."""
    return _RESULT.findall(text)


def all_numbers(text: str) -> frozenset[str]:
    """Its whole numbers without their signs, as they are written."""
    return frozenset(re.findall(r"\d+", text))


def largest_number(text: str) -> float:
    """Its largest number, signs left out; 0 without one."""
    return max(map(float, _NUMBER.findall(text)), default=0.0)


def has_round_number(text: str) -> bool:
    """Whether one of its numbers is a multiple of ten."""
    return any(number != "0" and number.endswith("0") for number in all_numbers(text))


def ends_in_odd_number(text: str) -> bool:
    """Whether its last whole number is odd."""
    found = re.findall(r"\d+", text)
    return bool(found) and found[-1][-1] in "13579"


def count_numbers(text: str) -> int:
    """How many numbers stand in it."""
    return len(_NUMBER.findall(text))


def max_digits(text: str) -> int:
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


def parse_number(answer: str | None) -> float | None:
    """An answer that is a number, a fraction too, as one."""
    try:
        return float(Fraction((answer or "").replace(",", "").strip()))
    except (ValueError, ZeroDivisionError):
        return None


def is_word_problem(problem: str) -> bool:
    """Whether a problem is told in words rather than in signs."""
    return len(_WORD.findall(problem)) > _MAX_SIGN_WORDS


def split_pieces(text: str) -> tuple[str, ...]:
    """Numbers, words and signs, in their order."""
    return tuple(_PIECE.findall(text))


def phrases(text: str) -> frozenset[str]:
    """Its words and pairs of neighbouring words, in small letters."""
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset([*words, *(f"{a} {b}" for a, b in pairwise(words))])
