"""What is wrong with a wrong step: how it differs from the right step that is most like it."""

from __future__ import annotations

import numpy as np

from pfviz.lab import wording
from pfviz.lab.features import Feature
from pfviz.lab.rows import Rows, groups
from pfviz.lab.wording import pieces

NAMES = {
    "sign": "a wrong sign",
    "near": "a number that is off by one or two",
    "ten": "a number that is off by ten",
    "number": "one wrong number",
    "numbers": "several wrong numbers",
    "form": "another form than any right step",
}
"""Kinds, the least difference first."""

CALCULATION = "a wrong calculation"
"""What can be seen to be wrong with a step alone."""

_ORDER = tuple(NAMES)


def of_errors(rows: Rows) -> list[Feature]:
    """Features (R,) of first errors: how they differ from a right step beside them, one for each kind, and what can be
    seen to be wrong with them alone."""
    kinds = np.array(_kinds(rows), dtype=np.str_)
    texts, place = rows.distinct
    untrue = np.array([wording.is_untrue(text) for text in texts], dtype=np.bool_)[place]
    held = {name: kinds == kind for kind, name in NAMES.items()}
    held |= {CALCULATION: untrue & rows.fresh, f"another mistake than {CALCULATION}": ~untrue & rows.fresh}
    return [Feature(name, members.astype(np.float64), kind="error") for name, members in held.items()]


def kind(wrong: tuple[str, ...], right: tuple[str, ...]) -> str:
    """How the pieces of a wrong step differ from those of a right one: a key of `NAMES`."""
    if _unsigned(wrong) == _unsigned(right):
        return "sign"
    if len(wrong) != len(right):
        wrong, right = _unsigned(wrong), _unsigned(right)
    if len(wrong) != len(right):
        return "form"
    apart = {(a, b) for a, b in zip(wrong, right, strict=True) if a != b}
    if not all(a.isdecimal() and b.isdecimal() for a, b in apart):
        return "form"
    if len(apart) > 1:
        return "numbers"
    ((a, b),) = apart
    away = abs(int(a) - int(b))
    return "near" if away <= 2 else "ten" if away == 10 else "number"


def _unsigned(text: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(piece for piece in text if piece not in "-()")


def _kinds(rows: Rows) -> list[str]:
    """(R,) a key of `NAMES`, or ""."""
    kinds = [""] * len(rows)
    texts, place = rows.distinct
    read = [pieces(text) for text in texts]
    fresh, is_right = rows.fresh, rows.is_right
    for cell in groups(rows.cells, fresh | is_right):
        right = np.unique(place[cell[is_right[cell]]])
        if not len(right):
            continue
        wrong = cell[fresh[cell]]
        for text in np.unique(place[wrong]):
            found = min((kind(read[text], read[other]) for other in right), key=_ORDER.index)
            for row in wrong[place[wrong] == text]:
                kinds[row] = found
    return kinds
