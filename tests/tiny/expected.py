"""Answers computed another way than the package does: by Python's own parser, in exact fractions."""

from __future__ import annotations

import re
from fractions import Fraction

SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/"})


def evaluated(text: str, **unknowns: Fraction) -> Fraction:
    """The value of an expression of digits, operators and the given unknowns; `3x` and `2(x + 1)` multiply."""
    plain = re.sub(r"(?<=[\da-z)])\s*(?=[a-z(])", "*", text.translate(SIGNS))
    assert re.fullmatch(r"[-+*/()\d\sa-z]+", plain), plain
    names = {"Fraction": Fraction, **unknowns}
    return Fraction(eval(re.sub(r"\d+", r"Fraction(\g<0>)", plain), {"__builtins__": {}}, names))


def boxed(text: str) -> Fraction:
    r"""The number in the \boxed{} that ends a solution."""
    match = re.search(r"\\boxed\{(-?\d+(?:/\d+)?)\}\.$", text)
    assert match is not None, text
    return Fraction(match[1])
