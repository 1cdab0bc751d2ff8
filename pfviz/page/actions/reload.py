"""A reload of the page: the tab's run is there again, as far as it was recorded, and what was compared."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from pfviz.page.actions import navigate
from pfviz.page.render import compare_view
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run import run_link
from pfviz.page.state.visits import Visit

PAUSE = 0.2  # seconds between two looks at a run that has not ended yet
MAX_LOOKS = 50


def restore_comparison(visit: Visit, before: Visit | None) -> PartValues:
    """Show the runs that the visit before the reload compared; nothing where there were none."""
    if before is None or not before.compare.traces:
        return {}
    visit.compare.add(before.compare.traces)
    return compare_view.render_parts(visit.compare)


def restore(visit: Visit, before: Visit | None) -> Iterator[PartValues]:
    """Show the run of the visit before the reload. That run is stopped when the server sees that the old page is gone;
    until then what it records is shown too, unless the visitor begins something else."""
    shown, pause = visit.trace, threading.Event()
    for _ in range(MAX_LOOKS if before is not None else 0):
        assert before is not None
        with before.lock:
            is_running, trace = before.run is not None, before.trace
        if visit.run is not None or visit.trace is not shown:
            return
        if trace is not None and trace is not shown and trace.steps:
            values = navigate.show_trace(visit, trace, sweep=before.sweep, selected=before.selected)
            visit.run_id = before.run_id
            yield values | {"link": run_link.render_link(visit)}
            shown = trace
        if not is_running:
            return
        pause.wait(PAUSE)
