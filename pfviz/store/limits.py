"""How much is kept: what has to go when there are too many runs, or when they are old."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_DAY = 86400.0  # seconds
_FIRST_TO_GO = "deleted IS NULL, starred, status = 'running', updated, number"
"""The order in which runs give way: deleted ones, then the oldest; starred ones last."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a store; None is no bound. A starred run does not expire, and goes last where there are too many."""

    owner_runs: int | None = None
    owner_bytes: int | None = None
    runs: int | None = None
    bytes: int | None = None
    days: float | None = None  # after its last step
    deleted_days: float | None = None  # after which a deleted run can be restored no more


def choose_runs_to_go(database: sqlite3.Connection, limits: Limits, now: float) -> list[int]:
    """Return the numbers of the runs that the limits do not allow at the time `now` (seconds since 1970)."""
    gone: dict[int, None] = {}
    if limits.deleted_days is not None:
        gone |= _select(database, "deleted <= ?", now - limits.deleted_days * _DAY)
    if limits.days is not None:
        old = "NOT starred AND status != 'running' AND updated < ?"
        gone |= _select(database, old, now - limits.days * _DAY)
    if limits.owner_runs is not None or limits.owner_bytes is not None:
        most = (_or_no_bound(limits.owner_runs), _or_no_bound(limits.owner_bytes))
        over = "SELECT owner FROM runs GROUP BY owner HAVING count(*) > ? OR sum(bytes) > ?"
        for (owner,) in database.execute(over, most).fetchall():
            gone |= _select_surplus(database, limits.owner_runs, limits.owner_bytes, gone, owner)
    return list(gone | _select_surplus(database, limits.runs, limits.bytes, gone))


def _or_no_bound(most: int | None) -> int:
    return 2**62 if most is None else most


def _select(database: sqlite3.Connection, where: str, *values: float) -> dict[int, None]:
    return {row[0]: None for row in database.execute(f"SELECT number FROM runs WHERE {where}", values)}


def _select_surplus(
    database: sqlite3.Connection,
    most: int | None,
    most_bytes: int | None,
    gone: dict[int, None],
    owner: str | None = None,
) -> dict[int, None]:
    """The runs to remove until the others are few and small enough."""
    if most is None and most_bytes is None:
        return {}
    where, values = ("WHERE owner = ?", (owner,)) if owner is not None else ("", ())
    rows = database.execute(f"SELECT number, bytes FROM runs {where} ORDER BY {_FIRST_TO_GO}", values)
    kept = [(number, size) for number, size in rows if number not in gone]
    found: dict[int, None] = {}
    count, total = len(kept), sum(size for _, size in kept)
    for number, size in kept:
        if (most is None or count <= most) and (most_bytes is None or total <= most_bytes):
            break
        found[number] = None
        count, total = count - 1, total - size
    return found
