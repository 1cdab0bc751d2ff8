"""Numbers and texts as they are shown to people: shares, signed numbers, amounts, counts of things, cut texts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def format_percent(share: float, digits: int | None = None) -> str:
    """Return a share in per cent, with `digits` after the point, or with those that matter: 48.3%, 0.42%, 100%."""
    per_cent = 100 * share
    if digits is not None:
        return f"{per_cent:.{digits}f}%"
    if per_cent >= 99.95 or per_cent < 0.005:
        return f"{per_cent:.0f}%"
    return f"{per_cent:.1f}%" if per_cent >= 0.95 else f"{per_cent:.2g}%"


def format_number(value: float, digits: int = 2) -> str:
    """Return a number with a minus that is one: 0.03, −0.20."""
    return f"{value:.{digits}f}".replace("-", "−")


def format_log_prob(value: float) -> str:
    """Return a log-probability with two digits after the point: −12.34, −∞, and for NaN the word "unknown"."""
    return "unknown" if math.isnan(value) else "−∞" if value == -math.inf else format_number(value)


def format_signed(value: float, digits: int = 2) -> str:
    """Return a change, with its sign: +0.03, −0.20; 0 where none of its digits would say which."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else "0"


def format_amount(value: float) -> str:
    """Return a number with two digits after the point, more where those would be zeros."""
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.2g}"


def pluralise(number: float, noun: str, plural: str = "") -> str:
    """Return a whole number of things: 1 step, 1,200 steps; `plural` where it is not the noun with an s."""
    return f"{number:,.0f} {noun if round(number) == 1 else plural or f'{noun}s'}"


def shorten(text: str, length: int, *, keep_end: bool = False) -> str:
    """Return at most `length` characters of the text on one line, … where it was cut: at its end, or before it."""
    read = 100 * length  # of a text of a million characters, few are looked at
    line = " ".join((text[-read:] if keep_end else text[:read]).split())
    if len(line) <= length and len(text) <= read:
        return line
    return f"…{line[len(line) - length + 1 :].lstrip()}" if keep_end else f"{line[: length - 1].rstrip()}…"


def describe_json(value: Any) -> str:
    """Return what a JSON value is, in a few characters: false, "a text", a list of 3, an object of 2."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "an integer of more than 30 digits"
    return shorten(json.dumps(value, default=repr), 60)
