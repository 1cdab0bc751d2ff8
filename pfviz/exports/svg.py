"""The genealogy as SVG that any browser and any drawing program opens."""

from __future__ import annotations

from pfviz.exports.genealogy_drawing import draw_genealogy
from pfviz.figures import theme
from pfviz.templating import render_template
from pfviz.trace.trace import Trace


def to_svg(trace: Trace) -> str:
    """Return the genealogy of a run's last sweep as an SVG file, in light colours, without a script.

    Raises:
        TraceError: the run is too large to be drawn.
    """
    return str(
        render_template(
            "pfviz.exports", "genealogy.svg.j2", drawing=draw_genealogy(trace), font=theme.FONT, surface=theme.SURFACE,
            grid=theme.GRID, outline=theme.OUTLINE, muted=theme.MUTED,
        )
    )  # fmt: skip
