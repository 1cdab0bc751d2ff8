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

VARIABLE = "PFVIZ_RUNS_AT_ONCE"
AT_ONCE = 4
MOST_WAITING = 60  # each of them holds a thread of the server
LOOK = 0.5  # seconds between two looks at the line


@dataclass(frozen=True, slots=True)
class Queued:
    """A run that waits: its place in the line, from 1."""

    place: int


class _Ticket:
    """A run in the line, or one that goes on."""

    def __init__(self, here: bool) -> None:
        self.here = here  # it takes turns
        self.computed = 0.0  # seconds


class Sharing:
    """The line and the turns of one page. `clock` tells seconds."""

    def __init__(self, at_once: int = AT_ONCE, clock: Callable[[], float] = time.perf_counter) -> None:
        self._at_once = at_once
        self._clock = clock
        self._line: list[_Ticket] = []
        self._going: list[_Ticket] = []
        self._asking: list[_Ticket] = []  # for a turn
        self._turn: _Ticket | None = None
        self._reached = 0.0  # the most that anybody had computed who was given a turn
        self._changed = threading.Condition()

    def going(self) -> int:
        """How many runs have a place."""
        with self._changed:
            return len(self._going)

    def share(self, events: Iterator[Item], stop: Callable[[], bool], *, here: bool = True) -> Iterator[Item | Queued]:
        """The events of a run, and before them a `Queued` whenever its place in the line has changed.

        `here`: it computes on this machine, and so in turns. Ends without an event if it is stopped in the line. Raises
        `ModelError` if the line is too long.
        """
        ticket = self._enter(here)
        try:
            yield from self._wait(ticket, stop)
            if stop() and ticket not in self._going:
                return
            while True:
                try:
                    if here:
                        with self._own_turn(ticket):
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
            if len(self._line) >= MOST_WAITING:
                raise ModelError(f"{len(self._line)} runs are waiting already. Try again in a few minutes.")
            ticket = _Ticket(here)
            self._line.append(ticket)
            self._admit()
            return ticket

    def _admit(self) -> None:
        """Let those in front take the places that are free."""
        while self._line and len(self._going) < self._at_once:
            ticket = self._line.pop(0)
            least = min((other.computed for other in self._going if other.here), default=0.0)
            ticket.computed = max(least, self._reached)
            self._going.append(ticket)
            self._changed.notify_all()

    def _wait(self, ticket: _Ticket, stop: Callable[[], bool]) -> Iterator[Queued]:
        told = 0
        while not stop():
            with self._changed:
                if ticket in self._going:
                    return
                place = self._line.index(ticket) + 1
                if place == told:
                    self._changed.wait(LOOK)
                    continue
            told = place
            yield Queued(place)

    @contextmanager
    def _own_turn(self, ticket: _Ticket) -> Iterator[None]:
        with self._changed:
            self._asking.append(ticket)
            while self._turn is not None or min(self._asking, key=lambda other: other.computed) is not ticket:
                self._changed.wait()
            self._asking.remove(ticket)
            self._turn = ticket
            self._reached = max(self._reached, ticket.computed)
            began = self._clock()
        try:
            yield
        finally:
            with self._changed:
                ticket.computed += self._clock() - began
                self._turn = None
                self._changed.notify_all()

    def _leave(self, ticket: _Ticket) -> None:
        with self._changed:
            (self._going if ticket in self._going else self._line).remove(ticket)
            self._admit()
            self._changed.notify_all()


def of_environment() -> Sharing:
    """With as many places as $PFVIZ_RUNS_AT_ONCE says; raises `ModelError` if that is no number from 1 to 64."""
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return Sharing()
    if not said.isdecimal() or not 1 <= int(said) <= 64:
        raise ModelError(f"{VARIABLE} is {said[:40]!r}; it must be a whole number from 1 to 64.")
    return Sharing(int(said))
