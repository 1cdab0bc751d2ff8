"""A figure as a drawing or an image, by kaleido, which needs a Chrome of its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from pfviz.errors import ExportError
from pfviz.figures.registry import FIGURES
from pfviz.trace.trace import Trace

WIDTH = 960
"""Pixels."""


def draw_figure(trace: Trace, name: str, format: str) -> bytes:
    """Return a figure of a run as a file of that format, "svg" or "png".

    Raises:
        ExportError: kaleido is not installed, or cannot draw.
    """
    if find_spec("kaleido") is None:
        raise ExportError(
            f"The figure {name!r} is drawn by a browser, and kaleido, which would start one, is not installed "
            "(`pip install kaleido`). The camera over each figure of the page saves it there; the genealogy "
            "needs none of this."
        )
    figure: Any = FIGURES[name].draw(trace)
    try:
        made: bytes = figure.to_image(format=format, width=WIDTH, height=figure.layout.height, scale=2)
    except Exception as error:  # kaleido's own, or its browser's
        raise ExportError(f"kaleido cannot draw the figure {name!r} ({type(error).__name__}).") from error
    return made
