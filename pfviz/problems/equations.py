r"""The equations that a text writes down, each side computed exactly: `3 × 4 = 12`, `$5 + $3 = $8`.

What is no arithmetic is left alone: unknowns, words that are no unit behind a number, a number set equal to another
(`3 hours = 180 minutes`), and sums of units that convert into each other. So an equation that is called wrong is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from pfviz.problems.exact_numbers import UndecidedError, Value
from pfviz.problems.expression import MAX_CHARACTERS, expression_value
from pfviz.problems.formatting import strip_formatting

MAX_TEXT_CHARACTERS = 20_000
MAX_UNIT_WORDS = 2

_CALCULATOR = re.compile(r"<<[^<>\n]{0,200}>>")  # what GSM8K's solutions write behind an equals sign
_FRAGMENT_ENDS = re.compile(r"\n|[.;:!?](?=\s|$)|,(?=\s)|\\\\|\\(?:implies|Rightarrow|rightarrow|to)\b|[⇒→]")
_EQUALS = re.compile(r"(?<![=<>!:])=(?!=)|≈|≃|\\approx\b")
_TOKEN = re.compile(
    r"\s*(?P<number>\d+(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|\s*(?P<command>\\(?:frac|sqrt|times|cdot|div|pi)(?![A-Za-z]))"
    r"|\s*(?P<word>[A-Za-z]{2,}(?:['-][A-Za-z]+)*)"
    r"|\s*(?P<sign>[-+*/^(){}\[\]%])"
    r"|\s*(?P<other>\S)"
)
_LITERAL = re.compile(r"-?(?:\d+(?:,\d{3})*|)(?:\.(\d+))?")
_UNCLEAR = re.compile(r"/ \d[\d.,]* / \d|(?<![\d.,])0\d")
"""`25 / 1 / 3`, where 1/3 may be meant; and times of the day, `0900`."""
_COUNT_WORDS = frozenset([
    "dozen", "dozens", "hundred", "thousand", "million", "billion", "half", "twice", "double", "percent", "squared",
    "cubed",
])  # fmt: skip
_CONVERTIBLE = frozenset([
    "second", "sec", "minute", "min", "hour", "hr", "day", "week", "month", "year", "inch", "foot", "feet", "yard",
    "mile", "millimeter", "centimeter", "meter", "kilometer", "metre", "mm", "cm", "km", "milligram", "gram",
    "kilogram", "mg", "kg", "pound", "lb", "ounce", "oz", "ton", "cent", "dollar", "penny", "pennie", "nickel",
    "dime", "quarter", "liter", "litre", "milliliter", "ml", "gallon", "quart", "pint", "cup", "tablespoon",
    "teaspoon",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Equation:
    """Two neighbouring sides of an equation as they were read, and whether they are equal."""

    left: str
    right: str
    holds: bool


@dataclass(frozen=True, slots=True)
class _Side:
    """An expression without units, and the words that stood behind its numbers."""

    text: str
    units: frozenset[str]

    @property
    def is_number(self) -> bool:
        return bool(_LITERAL.fullmatch(self.text))


def find_equations(text: str) -> tuple[Equation, ...]:
    """Return the equations of a text that can be read, in their order; of a chain `a = b = c` each pair.

    A decimal number may be rounded or cut at its last digit, and behind `≈` a whole one too. Costs are linear in the
    text, of which `MAX_TEXT_CHARACTERS` are read.
    """
    found = []
    for fragment in _FRAGMENT_ENDS.split(_CALCULATOR.sub("", text[:MAX_TEXT_CHARACTERS])):
        signs = _EQUALS.findall(fragment)
        if signs:
            sides = list(_read_sides(_EQUALS.split(fragment)))
            for sign, (left, right) in zip(signs, pairwise(sides), strict=True):
                equation = _compare(left, right, sign != "=") if left and right else None
                found += [equation] if equation else []
    return tuple(found)


def has_wrong_equation(text: str) -> bool:
    """Whether an equation of the text does not hold."""
    return any(not equation.holds for equation in find_equations(text))


def _read_sides(parts: list[str]) -> Iterator[_Side | None]:
    """Each side; None for one that is no arithmetic. The first is what ends its part, the last what begins it."""
    for place, part in enumerate(parts):
        plain = _plain(part)
        if plain is None:
            yield None
        elif place == 0:
            yield _read_ending(plain)
        else:
            yield _read_beginning(plain, last=place == len(parts) - 1)


def _plain(part: str) -> str | None:
    """A side with signs that `expression_value` knows; None where it is too long."""
    if len(part) > 4 * MAX_CHARACTERS:
        return None
    text = re.sub(r"(?<=[\d)])\s*\*\*\s*(?=[\d(-])", "^", part).replace("**", "").replace("`", "")
    text = re.sub(r"\\[()\[\]]|[$£€]|\\boxed(?=\{)", " ", text.replace(r"\$", " "))
    text = strip_formatting(text)
    text = re.sub(r"(?<=\d)\s*%\s*of\s+(?=[\d(])", "% * ", text)
    return re.sub(r"(?<=[\d)])\s*[xX]\s*(?=[\d(])", "*", text)


def _read_ending(text: str) -> _Side | None:
    """The longest arithmetic that ends a text: behind its last word that is no unit."""
    tokens = list(_TOKEN.finditer(text))
    start = len(tokens)
    while start > 0:
        before = tokens[start - 1]
        if before["other"]:
            break
        if before["word"]:
            words = start - 1
            while words > 0 and tokens[words - 1]["word"]:
                words -= 1
            behind_number = words > 0 and _ends_operand(tokens[words - 1])
            before_operator = start == len(tokens) or (tokens[start]["sign"] or "(") in "+-*/)"
            if not behind_number or not before_operator or start - words > MAX_UNIT_WORDS:
                break
            start = words
        else:
            start -= 1
    if start > 0 and tokens[start - 1]["other"]:
        return None
    # What begins with an operator goes on from something that was not read.
    first = tokens[start]["sign"] if start < len(tokens) else None
    if first and (first in "+*/^)" or (first == "-" and start > 0)):
        return None
    if start > 1 and tokens[start - 1]["word"] == "and" and _ends_operand(tokens[start - 2]):
        return None  # 1 and 3/4
    side = _make_side(tokens[start:])
    # "1 hour 20 minutes = …": a number alone, with words before it, may be the end of something else.
    return None if side and side.is_number and start > 0 else side


def _read_beginning(text: str, *, last: bool) -> _Side | None:
    """The longest arithmetic that begins a text: up to words that no operator follows. In the midst of a chain it has
    to be the whole text."""
    tokens = list(_TOKEN.finditer(text))
    stop = 0
    while stop < len(tokens):
        token = tokens[stop]
        if token["other"]:
            return None
        if token["word"]:
            words = stop
            while words < len(tokens) and tokens[words]["word"]:
                words += 1
            ends = words == len(tokens)
            if not ends and (tokens[words]["sign"] or "(") not in "+-*/":
                if not last or tokens[words]["other"]:
                    return None
                ends = True
            if stop == 0 or not _ends_operand(tokens[stop - 1]):
                return None
            if ends:
                return _make_side(tokens[: min(words, stop + MAX_UNIT_WORDS)])
            if words - stop > MAX_UNIT_WORDS:
                return None
            stop = words
        else:
            stop += 1
    return _make_side(tokens)


def _ends_operand(token: re.Match[str]) -> bool:
    return bool(token["number"]) or (token["sign"] or " ") in ")}%"


def _make_side(tokens: list[re.Match[str]]) -> _Side | None:
    words = [token["word"].lower() for token in tokens if token["word"]]
    if not tokens or _COUNT_WORDS & set(words):
        return None
    # "300 (3/4) * 300": what stands in the bracket may be a remark.
    if any(_ends_operand(before) and token[0].endswith(" (") for before, token in pairwise(tokens)):
        return None
    parts = ["/100" if token["sign"] == "%" else token[0].strip() for token in tokens if not token["word"]]
    text = _drop_lone_brackets(" ".join(parts).strip())
    if _UNCLEAR.search(text):
        return None
    return _Side(text, frozenset(word.removesuffix("s") for word in words)) if text else None


def _drop_lone_brackets(text: str) -> str:
    """Without the bracket around a whole remark: `(3 + 4` or `7)`."""
    for opening, closing in ("()", "{}", "[]"):
        excess = text.count(opening) - text.count(closing)
        if excess > 0 and text.startswith(opening):
            text = text[1:].strip()
        elif excess < 0 and text.endswith(closing):
            text = text[:-1].strip()
    return text


def _compare(left: _Side, right: _Side, near: bool) -> Equation | None:
    """Whether two sides are equal; None where that says nothing or cannot be decided."""
    if left.is_number and right.is_number:
        return None
    try:
        values = [_exact_value(side) for side in (left, right)]
    except UndecidedError:
        return None
    holds = any(_is_rounded(side, values[1 - place], values[place], near) for place, side in enumerate((left, right)))
    if not holds and (len((left.units | right.units) & _CONVERTIBLE) > 1 or _differ_by_percent(*values)):
        return None
    return Equation(left.text, right.text, holds)


def _differ_by_percent(left: Fraction, right: Fraction) -> bool:
    """Whether one is the other in hundredths: percents and cents are often left out on one side."""
    return 100 * left == right or left == 100 * right


def _exact_value(side: _Side) -> Fraction:
    value: Value = expression_value(side.text)
    if not isinstance(value, Fraction):
        raise UndecidedError("no exact number")
    return value


def _is_rounded(side: _Side, value: Fraction, written: Fraction, near: bool) -> bool:
    """Whether a side is the value, or a number that is the value to its last digit."""
    if value == written:
        return True
    literal = _LITERAL.fullmatch(side.text)
    digits = len(literal[1] or "") if literal else 0
    if not literal or not (digits or near):
        return False
    unit = Fraction(1, 10**digits)
    is_cut = abs(written) <= abs(value) < abs(written) + unit and written * value >= 0
    return is_cut or abs(value - written) * 2 <= unit
