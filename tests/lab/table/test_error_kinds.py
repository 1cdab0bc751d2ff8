"""How a wrong step differs from a right one."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.diagnostics.truth import RIGHT, WRONG
from pfviz.lab.table.error_kinds import KIND_NAMES, WRONG_CALCULATION, error_features, error_kind
from pfviz.lab.table.wording import split_pieces
from tests.lab.tables import table


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        ("3 - 5 = 2", "3 - 5 = -2", "sign"),
        ("3 + 5 = 9", "3 + 5 = 8", "near"),
        ("3 + 5 = 18", "3 + 5 = 8", "ten"),
        ("3 + 5 = 12", "3 + 5 = 8", "number"),
        ("3 + 6 = 12", "3 + 5 = 8", "numbers"),
        ("3 - 5 = 9", "3 - 5 = -8", "near"),
        ("3 * 5 = 15", "3 + 5 = 8", "form"),
        ("So it is 8", "3 + 5 = 8", "form"),
        ("x = ²", "x = 2", "form"),
    ],
)
def test_kinds(wrong: str, right: str, named: str) -> None:
    assert error_kind(split_pieces(wrong), split_pieces(right)) == named


def test_the_most_alike_right_step_counts() -> None:
    good = [("3 + 5 = 8", RIGHT, 1.0), ("8", RIGHT, 1.0)]
    other = [("5 + 3 = 8", RIGHT, 1.0), ("8", RIGHT, 1.0)]
    bad = [("5 + 3 = 9", WRONG, 0.0), ("-8", WRONG, 0.0)]
    elsewhere = [("9", WRONG, 0.0)]
    found = {feature.name: np.flatnonzero(feature.values).tolist() for feature in error_features(table([
        (0, good), (0, other), (0, bad), (1, elsewhere)
    ]))}  # fmt: skip
    # Neither the step after an error nor one without a right step beside it has a kind.
    alone = {WRONG_CALCULATION: [4], f"another mistake than {WRONG_CALCULATION}": [6]}
    assert found == {name: [4] if key == "near" else [] for key, name in KIND_NAMES.items()} | alone


def test_no_rows_have_no_kinds() -> None:
    assert all(len(feature.values) == 0 for feature in error_features(table([])))
