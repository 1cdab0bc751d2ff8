"""Who runs the particle filter behind the page: a seam, so that the page can be driven by any pair of models."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pfviz.errors import PfvizError
from pfviz.inference.events import Event

log = logging.getLogger(__name__)


class Engine(Protocol):
    """Starts runs. `stream` raises `ProblemError` or `SettingError` at its first item at the latest."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]: ...

    def warm(self) -> None:
        """Load what is heavy, so that the first run need not; called on a thread of its own."""
        ...


class Embedded:
    """The pair that ships with pfviz."""

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event]:
        from pfviz import api  # here, so that the page opens before torch is imported

        return api.stream(problem, stop=stop, generator="embedded", **settings)

    def warm(self) -> None:
        """A short run with each reward model: it imports torch, reads the weights and touches every kernel once."""
        try:
            for reward in ("embedded", "naive"):
                for _ in self.stream("3 + 4", stop=lambda: False, particles=2, max_steps=2, reward=reward):
                    pass
        except PfvizError as error:
            log.warning("The embedded pair cannot be warmed up: %s", error)
