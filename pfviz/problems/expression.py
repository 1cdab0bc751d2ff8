r"""The value of a mathematical expression as answers write it, in LaTeX or in plain text, at a bounded cost.

An expression is read by recursive descent and computed as it is read: exactly, as a fraction, while that is possible
and small; else with `DIGITS` digits. With unknowns it is computed at fixed points that follow from their names: two
expressions that agree at all of them to `SHOWN` digits are taken to be the same (identity testing by evaluation;
Schwartz 1980). No algebra is done, so that the work is linear in the text.
"""

from __future__ import annotations

import hashlib
import re
import threading
from fractions import Fraction

from pfviz.problems.exact_numbers import (
    UndecidedError,
    Value,
    absolute,
    add,
    apply_function,
    binomial,
    context,
    digits,
    divide,
    factorial,
    multiply,
    negate,
    number_form,
    parse_literal,
    raise_power,
    take_root,
)

MAX_CHARACTERS = 300
MAX_DEPTH = 40
POINTS = 3

_TOKEN = re.compile(
    r"\s*(?:(\d+(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+\.?\d*|\.\d+)|\\([A-Za-z]+|[{}|])|([A-Za-z])|(.))", re.DOTALL
)
_CONSTANTS = ("pi", "e", "i")
_FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp"]
)
_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "ell",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi", "Omega",
)  # fmt: skip
_LOCK = threading.Lock()  # mpmath changes its context's precision while it computes


def expression_form(text: str) -> str:
    """Return the canonical form of an expression: a fraction, ≈ and digits, or ≈ with the unknowns and digits.

    Raises:
        UndecidedError: see the class.
    """
    if len(text) > MAX_CHARACTERS:
        raise UndecidedError(f"{len(text)} characters")
    tokens = _tokenize(text)
    with _LOCK:
        names: set[str] = set()
        first = _Reader(tokens, 0, names).read()
        if not names:
            return number_form(first)
        values = [first, *(_Reader(tokens, point, set()).read() for point in range(1, POINTS))]
        shown = [digits(value) for value in values]
        if len(set(shown)) == 1:  # the unknowns cancel
            return number_form(first) if isinstance(first, Fraction) else number_form(context().mpmathify(first))
        return f"≈{{{','.join(sorted(names))}}} {' '.join(shown)}"


def expression_value(text: str) -> Value:
    """Return the value of an expression without unknowns: a fraction, or a number of `DIGITS` digits.

    Raises:
        UndecidedError: see the class; and where there is an unknown.
    """
    if len(text) > MAX_CHARACTERS:
        raise UndecidedError(f"{len(text)} characters")
    with _LOCK:
        names: set[str] = set()
        value = _Reader(_tokenize(text), 0, names).read()
    if names:
        raise UndecidedError(f"the unknown {min(names)}")
    return value


def _tokenize(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each token: number, command, letter or sign."""
    found = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None
        place = match.end()
        kind = ("number", "command", "letter", "sign")[next(k for k in range(4) if match[k + 1] is not None)]
        found.append((kind, match[match.lastindex or 1]))
    return found


def _point(name: str, place: int) -> Fraction:
    """The value of an unknown at one of the points; negative at the last, where |x| and √(x²) part from x."""
    drawn = int.from_bytes(hashlib.sha256(f"{name} {place}".encode()).digest()[:4], "big")
    value = Fraction(drawn % 9973 + 1, 9973) + Fraction(1, 7) + place
    return -value if place == POINTS - 1 else value


class _Reader:
    """One pass over the tokens, which computes what it reads at one point of the unknowns."""

    def __init__(self, tokens: list[tuple[str, str]], point: int, names: set[str]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0
        self._point, self._names = point, names
        self._open_bars = 0

    def read(self) -> Value:
        """The value of all tokens."""
        value = self._sum()
        if self._place < len(self._tokens):
            raise UndecidedError(f"{self._tokens[self._place][1]!r} is not understood here")
        return value

    # --- grammar ----------------------------------------------------------------------------------------------------

    def _sum(self) -> Value:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UndecidedError("too deep")
        value = self._signed_product()
        while self._peek() in (("sign", "+"), ("sign", "-")):
            minus = self._next()[1] == "-"
            other = self._signed_product()
            value = add(value, negate(other) if minus else other)
        self._depth -= 1
        return value

    def _signed_product(self) -> Value:
        minus = False
        while self._peek() in (("sign", "+"), ("sign", "-")):
            minus ^= self._next()[1] == "-"
        value = self._product()
        return negate(value) if minus else value

    def _product(self) -> Value:
        value = self._power()
        while True:
            kind, text = self._peek()
            if (kind, text) in (("sign", "*"), ("command", "cdot"), ("command", "times")):
                self._next()
                value = multiply(value, self._signed_power())
            elif (kind, text) in (("sign", "/"), ("command", "div")):
                self._next()
                value = divide(value, self._signed_power())
            elif self._starts_factor(kind, text):
                if kind == "number" and self._tokens[self._place - 1][0] == "number":
                    raise UndecidedError("two numbers side by side")
                value = multiply(value, self._power())
            else:
                return value

    def _signed_power(self) -> Value:
        minus = False
        while self._peek() in (("sign", "+"), ("sign", "-")):
            minus ^= self._next()[1] == "-"
        value = self._power()
        return negate(value) if minus else value

    def _starts_factor(self, kind: str, text: str) -> bool:
        if kind in ("number", "letter"):
            return True
        if kind == "sign":
            return text in "([{" or (text == "|" and not self._open_bars)
        return kind == "command" and (
            text in _CONSTANTS or text in _FUNCTIONS or text in _GREEK or text in ("frac", "sqrt", "binom", "overline")
        )

    def _power(self) -> Value:
        base = self._atom()
        while self._peek() == ("sign", "!"):
            self._next()
            base = factorial(base)
        if self._peek() == ("sign", "^"):
            self._next()
            return raise_power(base, self._exponent())
        return base

    def _exponent(self) -> Value:
        kind, text = self._peek()
        if (kind, text) == ("sign", "{"):
            return self._group("{", "}")
        if (kind, text) == ("sign", "("):
            return self._group("(", ")")
        if (kind, text) == ("sign", "-"):
            self._next()
            return negate(self._exponent())
        # 2^10 is meant as it looks, although LaTeX would raise the 1 alone.
        return self._atom()

    def _atom(self) -> Value:
        kind, text = self._next()
        if kind == "number":
            return parse_literal(text, self._scientific())
        if kind == "letter":
            return self._letter(text)
        if kind == "command":
            return self._command(text)
        if text in "([{":
            self._place -= 1
            return self._group(text, {"(": ")", "[": "]", "{": "}"}[text])
        if text == "|":
            self._open_bars += 1
            value = self._sum()
            self._expect("|")
            self._open_bars -= 1
            return absolute(value)
        raise UndecidedError(f"{text!r} is not understood here")

    def _scientific(self) -> int:
        """The exponent of a number such as 1e3, whose e stands right behind it."""
        rest = self._tokens[self._place : self._place + 3]
        if not rest or rest[0] not in (("letter", "e"), ("letter", "E")):
            return 0
        sign = 1
        used = 1
        if len(rest) > 1 and rest[1] in (("sign", "-"), ("sign", "+")):
            sign, used = (-1 if rest[1][1] == "-" else 1), 2
        if len(rest) > used and rest[used][0] == "number" and rest[used][1].isdigit():
            self._place += used + 1
            if len(rest[used][1]) > 4:
                raise UndecidedError("a huge exponent")
            return sign * int(rest[used][1])
        return 0

    def _letter(self, name: str) -> Value:
        if name == "i":
            return context().mpc(0, 1)
        if name == "e":
            return +context().e
        return self._unknown(name)

    def _unknown(self, name: str) -> Value:
        if self._peek() == ("sign", "_"):
            self._next()
            kind, text = self._next()
            if (kind, text) == ("sign", "{"):
                parts = []
                while self._peek() != ("sign", "}"):
                    parts.append(self._next()[1])
                self._next()
                text = "".join(parts)
            name = f"{name}_{text}"
        self._names.add(name)
        if len(self._names) > 12:
            raise UndecidedError("too many unknowns")
        return _point(name, self._point)

    def _command(self, name: str) -> Value:
        if name == "pi":
            return +context().pi
        if name == "frac":
            top, bottom = self._argument(), self._argument()
            return divide(top, bottom)
        if name == "binom":
            return binomial(self._argument(), self._argument())
        if name == "sqrt":
            index: Value = Fraction(2)
            if self._peek() == ("sign", "["):
                index = self._group("[", "]")
            return take_root(self._argument(), index)
        if name in _FUNCTIONS:
            return self._function(name)
        if name in _GREEK:
            return self._unknown(name)
        raise UndecidedError(f"\\{name} is not understood here")

    def _function(self, name: str) -> Value:
        base: Value = None
        power: Value = None
        if name == "log" and self._peek() == ("sign", "_"):
            self._next()
            base = self._argument()
        if self._peek() == ("sign", "^"):
            self._next()
            power = self._exponent()
        kind, text = self._peek()
        if (kind, text) in (("sign", "("), ("sign", "{")):
            argument = self._group(text, ")" if text == "(" else "}")
        else:  # \cot 2x takes all that stands side by side
            argument = self._power()
            while (
                (token := self._peek())[0] in ("number", "letter") or token[1] in _GREEK or token == ("command", "pi")
            ):
                argument = multiply(argument, self._power())
        if power is not None and power == -1 and name in ("sin", "cos", "tan"):
            return apply_function("arc" + name, argument, None)
        value = apply_function(name, argument, base)
        return value if power is None else raise_power(value, power)

    def _argument(self) -> Value:
        """A group in braces, or a single token: \\frac12 is a half."""
        kind, text = self._peek()
        if (kind, text) == ("sign", "{"):
            return self._group("{", "}")
        if kind == "number" and len(text) > 1 and text.isdigit():
            self._tokens[self._place : self._place + 1] = [("number", text[0]), ("number", text[1:])]
        return self._atom()

    def _group(self, opening: str, closing: str) -> Value:
        self._expect(opening)
        bars, self._open_bars = self._open_bars, 0
        value = self._sum()
        self._open_bars = bars
        self._expect(closing)
        return value

    # --- tokens -----------------------------------------------------------------------------------------------------

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise UndecidedError("it ends too early")
        self._place += 1
        return token

    def _expect(self, sign: str) -> None:
        if self._next() != ("sign", sign):
            raise UndecidedError(f"{sign!r} is missing")
