"""Numbers that are exact fractions while they are small, and have `DIGITS` digits otherwise, at a bounded cost."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb, isqrt, lcm
from typing import Any

DIGITS = 60
SHOWN = 25
MAX_EXACT_DIGITS = 5000  # of a fraction's numerator or denominator
MAX_EXPONENT = 100_000


class UndecidedError(Exception):
    """The text is no expression that is understood here, or one whose value would cost too much."""


Value = Any
"""A `Fraction`, or a number of mpmath."""


@cache
def context() -> Any:
    from mpmath.ctx_mp import MPContext  # slow to import

    context = MPContext()
    context.dps = DIGITS
    return context


def number_form(value: Value) -> str:
    if isinstance(value, Fraction):
        return str(value)
    near = _near_fraction(value) if context().im(value) == 0 or _is_real(value) else None
    return str(near) if near is not None else f"≈{digits(value)}"


def _is_real(value: Value) -> bool:
    mp = context()
    return bool(abs(mp.im(value)) <= abs(value) * mp.mpf(10) ** (10 - DIGITS))


def digits(value: Value) -> str:
    """The first `SHOWN` digits of a number, which may be complex."""
    mp = context()
    value = mp.mpc(_inexact(value))
    if not (mp.isfinite(value.real) and mp.isfinite(value.imag)):
        return "undefined"
    size = abs(value)
    parts = [
        mp.mpf(0) if abs(part) <= size * mp.mpf(10) ** (10 - DIGITS) else part for part in (value.real, value.imag)
    ]
    if parts[1] == 0:
        return str(mp.nstr(parts[0], SHOWN))
    return f"{mp.nstr(parts[0], SHOWN)}{'+' if parts[1] > 0 else ''}{mp.nstr(parts[1], SHOWN)}i"


def _near_fraction(value: Any) -> Fraction | None:
    """A fraction of small numbers that a value of irrational parts comes to, as (√2)² does."""
    mp = context()
    value = mp.re(value)
    if not mp.isfinite(value) or abs(value) > 10**9:
        return None
    for bottom in (1, lcm(*range(1, 13)), 10**6):
        top = value * bottom
        if abs(top - mp.nint(top)) <= abs(top) * mp.mpf(10) ** (12 - DIGITS):
            return Fraction(int(mp.nint(top)), bottom)
    return None


def parse_literal(text: str, exponent: int) -> Fraction:
    value = Fraction(text.replace(",", ""))
    return value * Fraction(10) ** exponent if exponent else value


def _is_small(value: Fraction) -> bool:
    bits = MAX_EXACT_DIGITS * 3.33
    return value.numerator.bit_length() < bits and value.denominator.bit_length() < bits


def _checked(value: Value) -> Value:
    """A fraction that has grown large becomes a number with digits."""
    return _inexact(value) if isinstance(value, Fraction) and not _is_small(value) else value


def _inexact(value: Value) -> Any:
    mp = context()
    return mp.mpf(value.numerator) / mp.mpf(value.denominator) if isinstance(value, Fraction) else value


def _combine(left: Value, right: Value, exact: Callable[[Fraction, Fraction], Fraction]) -> Value:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _checked(exact(left, right))
    return exact(_inexact(left), _inexact(right))


def negate(value: Value) -> Value:
    return -value


def add(left: Value, right: Value) -> Value:
    return _combine(left, right, lambda a, b: a + b)


def multiply(left: Value, right: Value) -> Value:
    return _combine(left, right, lambda a, b: a * b)


def divide(left: Value, right: Value) -> Value:
    if right == 0:
        raise UndecidedError("a division by zero")
    return _combine(left, right, lambda a, b: a / b)


def raise_power(base: Value, power: Value) -> Value:
    mp = context()
    if abs(_inexact(power)) > MAX_EXPONENT:
        raise UndecidedError("a huge exponent")
    if base == 0:
        if _inexact(power).real <= 0:
            raise UndecidedError("zero to such a power")
        return Fraction(0)
    if isinstance(power, Fraction) and power.denominator == 1:
        if isinstance(base, Fraction):
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if size * abs(power.numerator) < MAX_EXACT_DIGITS * 3.33:
                return base ** int(power)
        return mp.power(_inexact(base), int(power))
    if isinstance(power, Fraction) and power.denominator > 1 and isinstance(base, Fraction) and base > 0:
        root = _exact_root(base, power.denominator)
        if root is not None:
            return raise_power(root, Fraction(power.numerator))
    return mp.power(_inexact(base), _inexact(power))


def take_root(value: Value, index: Value) -> Value:
    if not isinstance(index, Fraction) or index.denominator != 1 or not 2 <= index <= 100:
        raise UndecidedError("such a root")
    n = int(index)
    if isinstance(value, Fraction):
        negative = value < 0 and n % 2 == 1
        exact = _exact_root(-value if negative else value, n) if value >= 0 or negative else None
        if exact is not None:
            return -exact if negative else exact
        if negative:
            return -context().root(_inexact(-value), n)
    return context().root(context().mpc(_inexact(value)), n) if _inexact(value).real < 0 else _positive_root(value, n)


def _positive_root(value: Value, n: int) -> Value:
    return context().sqrt(_inexact(value)) if n == 2 else context().root(_inexact(value), n)


def _exact_root(value: Fraction, n: int) -> Fraction | None:
    """The n-th root of a fraction that is one itself."""
    parts = [_integer_root(part, n) for part in (value.numerator, value.denominator)]
    return None if parts[0] is None or parts[1] is None else Fraction(parts[0], parts[1])


def _integer_root(value: int, n: int) -> int | None:
    if value.bit_length() > 400:
        return None
    root = isqrt(value) if n == 2 else round(float(value) ** (1 / n)) if value.bit_length() < 1000 else 0
    return next((near for near in (root - 1, root, root + 1) if near >= 0 and near**n == value), None)


def absolute(value: Value) -> Value:
    return abs(value)


def factorial(value: Value) -> Value:
    if not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value <= 300:
        raise UndecidedError("such a factorial")
    product = 1
    for factor in range(2, int(value) + 1):
        product *= factor
    return _checked(Fraction(product))


def binomial(top: Value, bottom: Value) -> Value:
    whole = all(isinstance(one, Fraction) and one.denominator == 1 and 0 <= one <= 500 for one in (top, bottom))
    if not whole:
        raise UndecidedError("such a binomial coefficient")
    return _checked(Fraction(comb(int(top), int(bottom))))


def apply_function(name: str, argument: Value, base: Value) -> Value:
    mp = context()
    value = _inexact(argument)
    if abs(value) > 10**6 and name not in ("ln", "log"):
        raise UndecidedError("a huge argument")
    if name in ("ln", "log"):
        if value == 0:
            raise UndecidedError("the logarithm of zero")
        # Without a base, log is the decimal one, as in school.
        return mp.ln(value) if name == "ln" else mp.ln(value) / mp.ln(_inexact(Fraction(10) if base is None else base))
    inverse = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
    return getattr(mp, inverse.get(name, name))(value)
