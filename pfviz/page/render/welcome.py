"""What stands in the middle before the first run: the method in three sentences and one drawing."""

from __future__ import annotations

from pfviz.page.components.html import fill

_METHOD_STEPS = (
    ("Propose", "A small language model writes the next step of a solution, once for each particle."),
    ("Score", "A process reward model reads every step, and its score sets the particle's weight."),
    ("Resample", "Heavy particles are copied, light ones die out, until the survivors box an answer."),
)

# (column, lane, radius, reward class, alive); edges: (column, lane, lane of the child, alive)
_NODES = (
    (0, 0, 8, "mid", 1),
    (0, 1, 14, "high", 1),
    (0, 2, 5, "low", 0),
    (0, 3, 10, "mid", 1),
    (1, 0, 6, "low", 0),
    (1, 1, 13, "high", 1),
    (1, 2, 9, "mid", 1),
    (1, 3, 7, "low", 0),
    (2, 0, 12, "high", 1),
    (2, 1, 15, "high", 1),
    (2, 2, 5, "low", 0),
    (2, 3, 8, "mid", 0),
    (3, 0, 11, "high", 1),
    (3, 1, 14, "high", 1),
    (3, 2, 12, "high", 1),
    (3, 3, 9, "mid", 1),
)
_EDGES = (
    (0, 0, 0, 0),
    (0, 1, 1, 1),
    (0, 1, 2, 1),
    (0, 3, 3, 0),
    (1, 1, 0, 1),
    (1, 1, 1, 1),
    (1, 2, 2, 0),
    (1, 2, 3, 0),
    (2, 0, 0, 1),
    (2, 1, 1, 1),
    (2, 1, 2, 1),
    (2, 1, 3, 1),
)


def _position(column: int, lane: int) -> tuple[int, int]:
    return 70 + 165 * column, 42 + 54 * lane


def hero() -> str:
    """Return the empty state: the method's steps, and a genealogy of four particles over four steps as the page draws
    it."""
    columns = [_position(column, 0)[0] for column in range(4)]
    return fill(
        "hero.html.j2",
        steps=_METHOD_STEPS,
        ticks=[x + 82 for x in columns[:3]],
        edges=[(_bend(column, lane, child), alive) for column, lane, child, alive in _EDGES],
        nodes=[(*_position(column, lane), radius, reward, alive) for column, lane, radius, reward, alive in _NODES],
        labels=columns,
    )


def _bend(column: int, lane: int, child: int) -> str:
    """Return the path of an edge."""
    (x1, y1), (x2, y2) = _position(column, lane), _position(column + 1, child)
    return f"M{x1} {y1} C{x1 + 80} {y1} {x2 - 80} {y2} {x2} {y2}"


def page_header() -> str:
    """Return the head of the page: mark, name, and what it is in one sentence."""
    return fill("page_header.html.j2")
