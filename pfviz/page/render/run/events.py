"""Which resampling event is shown, of those that the run has."""

from __future__ import annotations

import numpy as np

from pfviz.page.components.html import fill
from pfviz.trace import Trace


def shown_event(trace: Trace, event: int | None) -> int | None:
    """The step whose resampling event is shown: the chosen one, else the last; None without any."""
    events = np.flatnonzero(trace.resampled)
    if not len(events):
        return None
    return event if event is not None and event in events else int(events[-1])


def event_by(trace: Trace, step: int) -> int | None:
    """The last event among the first `step` steps, or the first to come; None where there is none at all."""
    events = [int(event) for event in np.flatnonzero(trace.resampled)]
    return max((event for event in events if event < step), default=events[0]) if events else None


def neighbour_event(trace: Trace, event: int | None, by: int) -> int | None:
    """The event before or after the shown one."""
    events = [int(step) for step in np.flatnonzero(trace.resampled)]
    shown = shown_event(trace, event)
    if shown is None:
        return None
    return events[min(len(events) - 1, max(0, events.index(shown) + by))]


def event_label(trace: Trace, event: int | None) -> str:
    """Return which resampling event is shown, of how many."""
    shown = shown_event(trace, event)
    events = [int(step) for step in np.flatnonzero(trace.resampled)]
    place = None if shown is None else events.index(shown) + 1
    return fill("run/event.html.j2", step=None if shown is None else shown + 1, place=place, total=len(events))
