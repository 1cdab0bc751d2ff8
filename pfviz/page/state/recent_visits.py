"""What a browser tab saw before it was reloaded: a reload is a new session, and brings the tab's own secret along."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from pfviz.page.state.visits import Visit

MAX_VISITS = 32
MAX_SECONDS = 3600.0
_TOKEN = re.compile(r"[0-9a-f]{32}")  # 128 bits that the tab has drawn: nobody guesses them


class RecentVisits:
    """The last visit of each tab, by its secret: a few, and not for long, so that memory is bounded."""

    def __init__(
        self, most: int = MAX_VISITS, seconds: float = MAX_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._visits: OrderedDict[str, tuple[float, Visit]] = OrderedDict()
        self._lock = threading.Lock()

    def exchange(self, token: object, visit: Visit) -> Visit | None:
        """Return the tab's visit before this one, and keep this one in its place; None for a tab that is new."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return None
        with self._lock:
            now = self._clock()
            _, before = self._visits.pop(token, (0.0, None))
            self._visits[token] = now, visit
            self._forget(now)
        return before

    def holds(self, token: object) -> bool:
        """Whether there was a visit of the tab with this secret."""
        with self._lock:
            self._forget(self._clock())
            return isinstance(token, str) and token in self._visits

    def release(self, visit: Visit) -> None:
        """The visit is over: only its run, where the visitor looked, and what was compared are kept on."""
        with self._lock:
            now = self._clock()
            for token, (_, kept) in self._visits.items():
                if kept is visit:
                    left = Visit(trace=visit.trace, run_id=visit.run_id, selected=visit.selected, sweep=visit.sweep)
                    left.compare.add(visit.compare.traces)
                    self._visits[token] = now, left
            self._forget(now)

    def __len__(self) -> int:
        return len(self._visits)

    def _forget(self, now: float) -> None:
        """Drop what is too old, and the oldest of too many."""
        old = [token for token, (since, _) in self._visits.items() if now - since > self._seconds]
        for token in old:
            del self._visits[token]
        while len(self._visits) > self._most:
            self._visits.popitem(last=False)
