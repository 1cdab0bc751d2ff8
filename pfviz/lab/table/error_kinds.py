"""What is wrong with a wrong step: how it differs from the right step that is most like it."""

from __future__ import annotations

import numpy as np

from pfviz.lab.table import wording
from pfviz.lab.table.features import Feature
from pfviz.lab.table.prefixes import PrefixTable, group_rows
from pfviz.lab.table.wording import split_pieces

KIND_NAMES = {
    "sign": "a wrong sign",
    "near": "a number that is off by one or two",
    "ten": "a number that is off by ten",
    "number": "one wrong number",
    "numbers": "several wrong numbers",
    "form": "another form than any right step",
}
"""Kinds, the least difference first."""

WRONG_CALCULATION = "a wrong calculation"
"""What can be seen to be wrong with a step alone."""

_KIND_ORDER = tuple(KIND_NAMES)


def error_features(rows: PrefixTable) -> list[Feature]:
    """Features (R,) of first errors: how they differ from a right step beside them, one for each kind, and what can be
    seen to be wrong with them alone."""
    kinds = np.array(_error_kinds(rows), dtype=np.str_)
    texts, place = rows.distinct_texts
    untrue = np.array([wording.is_untrue(text) for text in texts], dtype=np.bool_)[place]
    held = {name: kinds == kind for kind, name in KIND_NAMES.items()}
    held |= {
        WRONG_CALCULATION: untrue & rows.is_first_error,
        f"another mistake than {WRONG_CALCULATION}": ~untrue & rows.is_first_error,
    }
    return [Feature(name, members.astype(np.float64), kind="error") for name, members in held.items()]


def error_kind(wrong: tuple[str, ...], right: tuple[str, ...]) -> str:
    """How the pieces of a wrong step differ from those of a right one: a key of `NAMES`."""
    if _drop_signs(wrong) == _drop_signs(right):
        return "sign"
    if len(wrong) != len(right):
        wrong, right = _drop_signs(wrong), _drop_signs(right)
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


def _drop_signs(text: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(piece for piece in text if piece not in "-()")


def _error_kinds(rows: PrefixTable) -> list[str]:
    """(R,) a key of `NAMES`, or ""."""
    kinds = [""] * len(rows)
    texts, place = rows.distinct_texts
    read = [split_pieces(text) for text in texts]
    fresh, is_right = rows.is_first_error, rows.is_right
    for cell in group_rows(rows.cell_ids, fresh | is_right):
        right = np.unique(place[cell[is_right[cell]]])
        if not len(right):
            continue
        wrong = cell[fresh[cell]]
        for text in np.unique(place[wrong]):
            found = min((error_kind(read[text], read[other]) for other in right), key=_KIND_ORDER.index)
            for row in wrong[place[wrong] == text]:
                kinds[row] = found
    return kinds
