"""The files and the markup that a page or a report takes in to play a run."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from pfviz.templating import render_template

STATIC = Path(__file__).parent / "static"

SCRIPTS = tuple(STATIC / name for name in ("replay.js", "tree.js", "overlay.js", "sentences.js", "transport.js"))
"""In the order in which they are loaded."""

STYLESHEET = STATIC / "replay.css"


def transport_html() -> Markup:
    """Return the bar with the play button, hidden until `pfvizReplay` has a run."""
    return render_template("pfviz.replay", "transport.html.j2")
