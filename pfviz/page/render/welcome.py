"""What stands in the middle before the first run: the method in three sentences and one drawing."""

from __future__ import annotations

_METHOD_STEPS = (
    ("Propose", "A small language model writes the next step of a solution, once for each particle."),
    ("Score", "A process reward model reads every step, and its trust becomes the particle's weight."),
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


def _genealogy_svg() -> str:
    """A genealogy of four particles over four steps, as the page will draw it."""
    ticks = "".join(
        f'<line class="tick" x1="{_position(c, 0)[0] + 82}" x2="{_position(c, 0)[0] + 82}" y1="20" y2="226"/>'
        for c in range(3)
    )
    edges = ""
    for column, lane, child, alive in _EDGES:
        (x1, y1), (x2, y2) = _position(column, lane), _position(column + 1, child)
        bend = f"M{x1} {y1} C{x1 + 80} {y1} {x2 - 80} {y2} {x2} {y2}"
        edges += f'<path class="edge {"alive" if alive else "dead"}" d="{bend}"/>'
    nodes = ""
    for column, lane, radius, reward, alive in _NODES:
        x, y = _position(column, lane)
        nodes += f'<circle class="{reward} {"alive" if alive else "dead"}" cx="{x}" cy="{y}" r="{radius}"/>'
    labels = "".join(f'<text x="{_position(c, 0)[0]}" y="252">step {c + 1}</text>' for c in range(4))
    return (
        '<svg viewBox="0 0 700 262" role="img" aria-label="Four particles over four steps: heavy ones branch, '
        f'light ones end, and most of the last ones agree on an answer.">{ticks}{edges}{nodes}{labels}'
        '<g class="boxed"><rect x="610" y="78" width="62" height="36" rx="7"/>'
        '<text x="641" y="102">12</text></g></svg>'
    )


def hero() -> str:
    """The empty state."""
    steps = "".join(f"<li><h3>{name}</h3><p>{sentence}</p></li>" for name, sentence in _METHOD_STEPS)
    return (
        '<div class="hero"><h2>Many drafts, one answer</h2>'
        f"{_genealogy_svg()}<ol>{steps}</ol>"
        '<p class="start">Pick an example or type a problem, then press Run.</p></div>'
    )


_LOGO = (
    '<svg viewBox="0 0 28 28" aria-hidden="true">'
    '<path d="M5 14C11 14 11 6 17 6M5 14C11 14 11 22 17 22M17 6C21 6 21 3 24 3M17 6C21 6 21 10 24 10"/>'
    '<circle cx="5" cy="14" r="3.6"/><circle cx="17" cy="6" r="3"/><circle cx="17" cy="22" r="2.2" class="lost"/></svg>'
)


def page_header() -> str:
    """The head of the page: mark, name, and what it is in one sentence."""
    return (
        f'<div class="brand">{_LOGO}<h1>pfviz</h1></div>'
        '<p class="lead">Watch a particle filter steer a language model to the answer of a problem.</p>'
    )
