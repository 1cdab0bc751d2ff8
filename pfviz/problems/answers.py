r"""The answers of solutions: what is extracted, when two answers are the same, when one is right."""

from __future__ import annotations

import importlib
import logging
import math
import re
import threading
from fractions import Fraction
from functools import lru_cache
from typing import Any

# --- extraction ------------------------------------------------------------------------------------------------------

_ANSWER_IS = re.compile(r"\banswer\s+is\s*:?\s*(.+?)(?=\.(?:\s|$)|\n|$)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w)])-?\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+(?![\d.]))?|\d+(?:,\d{3})*(?:\.\d+)?")
_BOXED_OPENING = "\\boxed{"


def _boxed_contents(text: str) -> list[str]:
    r"""The contents of every closed `\boxed{…}`, in order of their openings."""
    found = []
    start = text.find(_BOXED_OPENING)
    while start >= 0:
        first = place = start + len(_BOXED_OPENING)
        depth = 1
        while place < len(text) and depth:
            if text[place] == "\\":
                place += 1  # an escaped brace opens and closes nothing
            elif text[place] == "{":
                depth += 1
            elif text[place] == "}":
                depth -= 1
            place += 1
        if not depth:
            found.append(text[first : place - 1].strip())
        start = text.find(_BOXED_OPENING, first)
    return found


def has_boxed(text: str) -> bool:
    r"""Whether a `\boxed{…}` is closed in the text."""
    return bool(_boxed_contents(text))


def extract_answer(text: str) -> str | None:
    r"""The last closed `\boxed{…}`, else what follows the last "the answer is", else the last number, else None."""
    boxes = _boxed_contents(text)
    if boxes:
        return boxes[-1] or None
    said = _ANSWER_IS.findall(text)
    if said and (answer := said[-1].strip().strip("$").strip()):
        return str(answer)
    numbers = _NUMBER.findall(text)
    return str(numbers[-1]) if numbers else None


# --- canonical form --------------------------------------------------------------------------------------------------

_MAX_ANSWER_CHARACTERS = 120  # characters; longer answers are compared as strings
_MAX_EXPONENT = 1000  # bound of the product of all exponents: the largest number has some thousand digits
_MAX_SYMBOLIC_EXPONENT = 8  # the same bound where there are letters: a polynomial is expanded
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_FRACTION = re.compile(r"([+-]?)\\frac(?:\{(-?\d+)\}|(\d))(?:\{(-?\d+)\}|(\d))|([+-]?\d+)/(\d+)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_EQUATION = re.compile(r"[A-Za-z]=([^=<>]+)")
_NUMBER_WITH_UNIT = re.compile(r"([+-]?[\d.,/]+) (?:[A-Za-z]{2,}\s?)+")
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{3,}")
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_EXPONENT = re.compile(r"\^(?:\{([^{}^]*(?:\{[^{}^]*\}[^{}^]*)*)\}|\(([^()^]*)\)|(-?\d+|[A-Za-z]))")
_ALGEBRA_COMMANDS = frozenset({"frac", "sqrt", "cdot", "times", "div", "left", "right", "pm", "text", "mathrm", "circ"})
_KNOWN_COMMANDS = _ALGEBRA_COMMANDS | {
    "pi",
    "infty",
    "cup",
    "cap",
    "in",
    "leq",
    "geq",
    "le",
    "ge",
    "sin",
    "cos",
    "tan",
    "ln",
    "log",
}
_PARSER_LOCK = threading.Lock()  # the parser behind math-verify is not known to be safe in two threads at once


def _strip_formatting(answer: str) -> str:
    """The answer without what only formats it."""
    text = answer.strip().strip("$").strip()
    for old, new in (("\\dfrac", "\\frac"), ("\\tfrac", "\\frac"), ("\\left", ""), ("\\right", ""), ("\\!", "")):
        text = text.replace(old, new)
    text = text.replace("−", "-").replace("×", "\\times ").replace("÷", "/").replace("\\,", " ").replace("\\ ", " ")
    return " ".join(text.split()).removesuffix(".")


def _parse_number(text: str) -> Fraction | None:
    """The value of a plain integer, decimal or fraction: the fast path that needs no algebra."""
    text = text.replace(" ", "")
    if len(text) > _MAX_ANSWER_CHARACTERS:
        return None
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if _DECIMAL.fullmatch(text):
        return Fraction(text)
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    sign, top, top_digit, bottom, bottom_digit, left, right = match.groups()
    numerator, denominator = int(left or top or top_digit), int(right or bottom or bottom_digit)
    if denominator == 0:
        return None
    return Fraction(-numerator if sign == "-" else numerator, denominator)


def _exponent_bound(text: str) -> int | None:
    """A bound on the exponents of a text: the product of all integers that stand in one. None if there is no such
    bound, as with an exponent in an exponent."""
    exponents = ["".join(groups) for groups in _EXPONENT.findall(text)]
    if len(exponents) != text.count("^"):
        return None
    return math.prod(max(1, int(number)) for exponent in exponents for number in re.findall(r"\d+", exponent))


def _is_cheap(text: str) -> bool:
    """Whether algebra on this answer has a bounded cost: short, known commands only, no huge powers, no factorial."""
    if not 0 < len(text) <= _MAX_ANSWER_CHARACTERS or "!" in text or "**" in text:
        return False
    if not all(name in _KNOWN_COMMANDS or not name.isalpha() for name in _LATEX_COMMAND.findall(text)):
        return False
    power = _exponent_bound(text)
    letters = re.search("[A-Za-z]", _LATEX_COMMAND.sub("", text))
    return power is not None and power <= (_MAX_SYMBOLIC_EXPONENT if letters else _MAX_EXPONENT)


def _parse_expression(text: str) -> list[Any]:
    """What math-verify reads in an answer. Its time-outs are off: they use SIGALRM, which fails off the main thread,
    where a web handler runs; `_cheap` bounds the work instead."""
    from math_verify import parse

    for name in ("math_verify.parser", "math_verify.grader"):
        logging.getLogger(name).setLevel(logging.ERROR)  # it warns at each call that its time-out is off
    parsed: list[Any] = parse(f"${text}$", parsing_timeout=None)
    return parsed


def _symbolic_form(text: str) -> str | None:
    """The canonical form by computer algebra, or None where it finds none."""
    sympy: Any = importlib.import_module("sympy")  # untyped, and slow to import

    parsed = [item for item in _parse_expression(text) if isinstance(item, sympy.Basic)]
    if not parsed:
        return None
    exact = {number: sympy.Rational(str(number)) for number in parsed[0].atoms(sympy.Float)}
    value = parsed[0].xreplace(exact).doit()
    if isinstance(value, sympy.Expr) and value.is_number:
        if value.is_Rational:
            return str(value)
        # Roots, pi and the like have many exact forms; twelve digits tell two answers apart.
        return f"≈{sympy.N(value, 12)}" if value.is_finite else None
    return str(sympy.expand(value) if isinstance(value, sympy.Expr) else value)


@lru_cache(maxsize=4096)
def canonical_answer(answer: str) -> str:
    r"""The form under which answers are grouped: `1/2`, `0.5` and `\frac12` share one.

    Symbolic where that is possible at a bounded cost, otherwise the string without spaces and formatting.
    """
    text = _strip_formatting(answer)
    fallback = text.replace(" ", "")
    if equation := _EQUATION.fullmatch(fallback):
        return canonical_answer(equation.group(1))  # "x = 5" answers as 5 does
    number = _parse_number(text)
    if number is not None:
        return str(number)
    if counted := _NUMBER_WITH_UNIT.fullmatch(text):
        return canonical_answer(counted.group(1))  # "12 marbles" answers as 12 does
    if _WORD.search(text):
        return " ".join(text.casefold().split())  # prose: algebra would read letters as factors
    if not _is_cheap(text):
        return fallback
    try:
        with _PARSER_LOCK:
            return _symbolic_form(text) or fallback
    except Exception:  # a parser of free text may raise anything; the string is always a valid form
        return fallback


@lru_cache(maxsize=4096)
def is_correct(pred: str | None, gold: str) -> bool:
    """Whether an answer equals the true one: by canonical form, else by math-verify."""
    if pred is None:
        return False
    if canonical_answer(pred) == canonical_answer(gold):
        return True
    left, right = _strip_formatting(gold), _strip_formatting(pred)
    if _parse_number(left) is not None and _parse_number(right) is not None:
        return False
    if not (_is_cheap(left) and _is_cheap(right)):
        return False
    try:
        from math_verify import verify

        with _PARSER_LOCK:
            return bool(verify(_parse_expression(left), _parse_expression(right), timeout_seconds=None))
    except Exception:  # as in `canonical`: what cannot be read is not right
        return False
