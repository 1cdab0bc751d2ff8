"""Visitors share the models: who has a place now, who waits for one, and whose turn it is between two tokens.

A run enters the line and waits until one of the places is free. Runs with a place go in turns, an event each, which is
one token for all of its particles: the one that has computed for the shortest time so far goes next, so that a short
run is not stuck behind a long one. A newcomer's clock starts at the least of the others: it does not hold them up. It
never starts before the turns that were given, as somebody who seldom asks for one has a clock that is far behind: the
runs of batches, which are newcomers again and again, would all start there and leave no turn to a long run.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pfviz.errors import ModelError

Item = TypeVar("Item")

ENV_VARIABLE = "PFVIZ_RUNS_AT_ONCE"
DEFAULT_RUNS_AT_ONCE = 4
MAX_WAITING = 60  # each of them holds a thread of the server
POLL_SECONDS = 0.5  # seconds between two looks at the line


@dataclass(frozen=True, slots=True)
class Queued:
    """A run that waits: its place in the line, from 1."""

    place: int


class _Ticket:
    """A run in the line, or one that goes on."""

    def __init__(self, here: bool) -> None:
        self.takes_turns = here  # it takes turns
        self.compute_seconds = 0.0  # seconds


class Scheduler:
    """The line and the turns of one page. `clock` tells seconds."""

    def __init__(self, at_once: int = DEFAULT_RUNS_AT_ONCE, clock: Callable[[], float] = time.perf_counter) -> None:
        self._at_once = at_once
        self._clock = clock
        self._queue: list[_Ticket] = []
        self._running: list[_Ticket] = []
        self._ready: list[_Ticket] = []  # for a turn
        self._turn: _Ticket | None = None
        self._latest_turn = 0.0  # the most that anybody had computed who was given a turn
        self._changed = threading.Condition()

    def running_count(self) -> int:
        """How many runs have a place."""
        with self._changed:
            return len(self._running)

    def schedule(
        self, events: Iterator[Item], stop: Callable[[], bool], *, here: bool = True
    ) -> Iterator[Item | Queued]:
        """The events of a run, and before them a `Queued` whenever its place in the line has changed.

        `here`: it computes on this machine, and so in turns. Ends without an event if it is stopped in the line. Raises
        `ModelError` if the line is too long.
        """
        ticket = self._enter(here)
        try:
            yield from self._wait(ticket, stop)
            if stop() and ticket not in self._running:
                return
            while True:
                try:
                    if here:
                        with self._take_turn(ticket):
                            event = next(events)
                    else:
                        event = next(events)
                except StopIteration:
                    return
                yield event
        finally:
            self._leave(ticket)
            if hasattr(events, "close"):
                events.close()

    def _enter(self, here: bool) -> _Ticket:
        with self._changed:
            if len(self._queue) >= MAX_WAITING:
                raise ModelError(f"{len(self._queue)} runs are waiting already. Try again in a few minutes.")
            ticket = _Ticket(here)
            self._queue.append(ticket)
            self._admit()
            return ticket

    def _admit(self) -> None:
        """Let those in front take the places that are free."""
        while self._queue and len(self._running) < self._at_once:
            ticket = self._queue.pop(0)
            least = min((other.compute_seconds for other in self._running if other.takes_turns), default=0.0)
            ticket.compute_seconds = max(least, self._latest_turn)
            self._running.append(ticket)
            self._changed.notify_all()

    def _wait(self, ticket: _Ticket, stop: Callable[[], bool]) -> Iterator[Queued]:
        told = 0
        while not stop():
            with self._changed:
                if ticket in self._running:
                    return
                place = self._queue.index(ticket) + 1
                if place == told:
                    self._changed.wait(POLL_SECONDS)
                    continue
            told = place
            yield Queued(place)

    @contextmanager
    def _take_turn(self, ticket: _Ticket) -> Iterator[None]:
        with self._changed:
            self._ready.append(ticket)
            while self._turn is not None or min(self._ready, key=lambda other: other.compute_seconds) is not ticket:
                self._changed.wait()
            self._ready.remove(ticket)
            self._turn = ticket
            self._latest_turn = max(self._latest_turn, ticket.compute_seconds)
            began = self._clock()
        try:
            yield
        finally:
            with self._changed:
                ticket.compute_seconds += self._clock() - began
                self._turn = None
                self._changed.notify_all()

    def _leave(self, ticket: _Ticket) -> None:
        with self._changed:
            (self._running if ticket in self._running else self._queue).remove(ticket)
            self._admit()
            self._changed.notify_all()


def from_environment() -> Scheduler:
    """With as many places as $PFVIZ_RUNS_AT_ONCE says; raises `ModelError` if that is no number from 1 to 64."""
    said = os.environ.get(ENV_VARIABLE, "").strip()
    if not said:
        return Scheduler()
    if not said.isdecimal() or not 1 <= int(said) <= 64:
        raise ModelError(f"{ENV_VARIABLE} is {said[:40]!r}; it must be a whole number from 1 to 64.")
    return Scheduler(int(said))
