"""Where branches stand in the cache."""

from __future__ import annotations

import numpy as np

from pfviz.models.decoding.shared_prefixes import Branch, arrange_branches


def branch(slot: int) -> Branch:
    return Branch(0, (slot,), 5)


def test_who_can_stay_stays() -> None:
    a, b, c, d = (branch(slot) for slot in range(4))
    assert arrange_branches([(0, a), (1, b), (2, c)], [(3, d)]) == [(0, a), (1, b), (2, c), (3, d)]
    assert arrange_branches([(0, a), (2, c)], [(1, b), (3, d)]) == [(0, a), (2, c), (1, b), (3, d)]
    assert arrange_branches([(0, a), (0, b)], [(1, c)]) == [(0, a), (0, b), (1, c)]


def test_every_branch_has_a_row_and_those_that_are_written_stand_in_front() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        rows, front, back = (int(k) for k in rng.integers(1, 9, 3))
        items = [(int(rng.integers(0, rows)), branch(slot)) for slot in range(front + back)]
        found = arrange_branches(items[:front], items[front:])
        assert set(found[:front]) == set(items[:front])
        assert set(found[front:]) == set(items[front:])
