"""Slots with the same tokens so far are one branch, and one row of the cache, until they draw apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """What one cache row holds while a step is written."""

    origin: int  # the row before the step
    slots: tuple[int, ...]
    pending: int  # the last token: drawn, and not yet fed


SourcedBranch = tuple[int, Branch]
"""A branch, and the row that it is now or is to be a copy of."""


def arrange_branches(writing: list[SourcedBranch], resting: list[SourcedBranch]) -> list[SourcedBranch]:
    """The branches in the order of the rows that they shall have: those that are written in front, so that a batch is a
    slice of the cache, and as many as can in the row where they are, so that little is copied."""
    front, total = len(writing), len(writing) + len(resting)
    places: list[SourcedBranch | None] = [None] * total
    for some, low, high in ((writing, 0, front), (resting, front, total)):
        moving = []
        for item in some:
            if low <= item[0] < high and places[item[0]] is None:
                places[item[0]] = item
            else:
                moving.append(item)
        holes = [place for place in range(low, high) if places[place] is None]
        for item, hole in zip(moving, holes, strict=True):
            places[hole] = item
    return [item for item in places if item is not None]
