"""The figures of a room, from the registry: what holds for all of them is tested of every one that is there."""

from __future__ import annotations

from pfviz.figures.registry import FIGURES, Figure


def figures_of_room(room: str) -> list[Figure]:
    """Those that are drawn in pfviz/figures/ROOM."""
    return [figure for figure in FIGURES.values() if figure.path.startswith(f"pfviz.figures.{room}.")]
