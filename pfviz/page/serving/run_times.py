"""How long runs took on this server, by their generator: what the menu says instead of an estimate."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TypeVar

from pfviz.inference.events import RunEnded, RunStarted
from pfviz.models.hub.requirements import PARTICLES

Item = TypeVar("Item")


class RunTimes:
    """Seconds of the last whole run of each generator that had `PARTICLES` particles and one sweep."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    def get(self, generator: str) -> float | None:
        """Seconds; None for a generator that was not measured."""
        with self._lock:
            return self._seconds.get(generator)

    def measure(self, events: Iterator[Item]) -> Iterator[Item]:
        """The events of a run; its time is kept when it is over."""
        began = None
        for event in events:
            if isinstance(event, RunStarted):
                began = event
            elif isinstance(event, RunEnded) and began is not None and event.status == "finished" and _is_usual(began):
                with self._lock:
                    self._seconds[began.generator] = event.seconds
            yield event


def _is_usual(run: RunStarted) -> bool:
    return run.settings.get("particles") == PARTICLES and int(run.settings.get("iterations") or 1) == 1
