"""A run that is made for a view beside "This run": in the page's queue and turns, with a line on how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from threading import Event as Flag

from pfviz.inference.events import Event, ParticlesSelected
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import WaitStatus
from pfviz.page.serving.scheduler import Queued
from pfviz.trace import Recorder, Trace


def record_run(
    events: Iterator[Event | WaitStatus], stop: Flag, show: Callable[[str], PartValues]
) -> Generator[PartValues, None, Trace | None]:
    """Yield what `show` makes of each thing that the run waits for and of each step; return its trace, or None if it
    was stopped."""
    recorder, begun = Recorder(), False
    try:
        for event in events:
            if isinstance(event, WaitStatus):
                now = f"waiting, {event.place} in the queue" if isinstance(event, Queued) else f"loading {event.model}"
            else:
                recorder.record(event)
                begun = True
                if not isinstance(event, ParticlesSelected):
                    continue
                now = f"step {recorder.steps}"
            yield show(now)
    finally:
        if hasattr(events, "close"):
            events.close()
    return recorder.trace() if begun and not stop.is_set() else None
