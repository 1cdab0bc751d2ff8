"""Who runs the particle filter behind the page: a seam, so that the page can be driven by any pair of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pfviz.inference.events import Event
from pfviz.trace import Trace


class Engine(Protocol):
    """Starts runs. `stream` raises `ProblemError` or `SettingError` before its first event."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]: ...

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event]:
        """A run goes on where its trace ends."""
        ...


class Embedded:
    """The pair that ships with pfviz."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
        from pfviz import api  # here, so that the page opens before torch is imported
        from pfviz.models.threads import one_thread

        one_thread()
        return api.stream(problem, stop=stop, generator="embedded", **settings)

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event]:
        """With the models that the trace names."""
        from pfviz import api
        from pfviz.models.threads import one_thread

        one_thread()
        return api.resume_stream(trace, stop=stop)
