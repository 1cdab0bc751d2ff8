"""What went wrong in a run, in one sentence, and the rest a click away: trace → HTML."""

from __future__ import annotations

from pfviz.diagnostics.health import run_health
from pfviz.page.components.html import fill
from pfviz.trace import Trace


def health_note(trace: Trace, *, doubted: bool = False) -> str:
    """Return the worst finding, and the others in a fold; empty for a run in which nothing went wrong. Where the answer
    is `doubted` already, low rewards are not said again."""
    found = [one for one in run_health(trace) if not (doubted and one.name == "low rewards")]
    return fill("run/health.html.j2", findings=found) if found else ""
