"""How large a run is drawn: more than a browser takes in seconds is refused by a sentence."""

from __future__ import annotations

from pfviz.errors import TraceError
from pfviz.trace.trace import Trace

MAX_DRAWN_SLOTS = 131_072
"""Steps times particles of a sweep: each is a mark with a place, a size, a colour and words."""


def check_drawable(trace: Trace) -> None:
    """Raise `TraceError` if a sweep of the run has more steps times particles than are drawn."""
    slots = max(sweep.steps for sweep in trace.sweeps) * trace.particles
    if slots > MAX_DRAWN_SLOTS:
        raise TraceError(
            f"{slots // trace.particles:,} steps of {trace.particles:,} particles are {slots:,}; at most "
            f"{MAX_DRAWN_SLOTS:,} are drawn. `pfviz show` prints the run, and trace.upto(t) is its beginning."
        )
