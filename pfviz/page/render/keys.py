"""Every key of the page, in one place: the sheet that "?" opens is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.page.components.html import fill


@dataclass(frozen=True, slots=True)
class Key:
    """`keys` as they are printed; `does` what."""

    keys: tuple[str, ...]
    does: str


KEYS: dict[str, tuple[Key, ...]] = {
    "Walk the tree": (
        Key(("←",), "To the parent of the selected particle"),
        Key(("→",), "To its heaviest child"),
        Key(("↑", "↓"), "To its siblings; of those that the filter shows"),
    ),
    "Time": (
        Key(("Space",), "Play, or pause"),
        Key(("Shift ←", "Shift →"), "A step back, or forth"),
        Key(("Home", "End"), "To the problem, or to the end"),
    ),
    "Find": (
        Key(("/",), "Search the texts"),
        Key(("n", "N"), "Next match, or the one before"),
        Key(("Esc",), "Leave the search; close what is open"),
    ),
    "Label": (
        Key(("g", "o", "b"), "The selected step is good, neutral (okay), bad"),
        Key(("u",), "Take its label back"),
    ),
    "Help": (Key(("?",), "These keys"),),
}
"""By subject. What presses them stands in pane.js, in transport.js of `pfviz/replay` in explore.js and in labels.js."""


def key_sheet() -> str:
    """Return the sheet, closed."""
    return fill("keys.html.j2", groups=KEYS)
