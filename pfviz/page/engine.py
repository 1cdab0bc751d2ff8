"""Who runs the particle filter behind the page: a seam, so that the page can be driven by any pair of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pfviz.errors import ModelError
from pfviz.inference.events import Event
from pfviz.trace import Trace


class Engine(Protocol):
    """Starts runs. `stream` raises `ProblemError` or `SettingError` before its first event."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]: ...

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event]:
        """A run goes on where its trace ends."""
        ...


def _check_names(trace: Trace) -> None:
    from pfviz.models.presets import GENERATORS, REWARDS

    for role, name, known in (("generator", trace.generator, GENERATORS), ("reward model", trace.reward, REWARDS)):
        if name not in known:
            raise ModelError(
                f"This page does not run the {role} {name[:80]!r}; it runs {', '.join(known)}. Where that model is, "
                "`pfviz run --resume FILE` goes on with this trace."
            )


class Embedded:
    """The pair that ships with pfviz."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
        from pfviz import api  # here, so that the page opens before torch is imported
        from pfviz.models.threads import one_thread

        one_thread()
        return api.stream(problem, stop=stop, generator="embedded", **settings)

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event]:
        """With the models that the trace names; raises `ModelError` if they are not this page's.

        A trace is a visitor's file: it must not make a server load or call whatever it names."""
        _check_names(trace)
        from pfviz import api
        from pfviz.models.threads import one_thread

        one_thread()
        return api.resume_stream(trace, stop=stop)
