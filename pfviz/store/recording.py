"""One run that is stored while it happens. An observer: whatever becomes of the store, the run goes on."""

from __future__ import annotations

from pfviz.errors import StoreError
from pfviz.store.store import Store
from pfviz.trace.trace import Trace


class Recording:
    """Takes the traces of a run as they grow. A store that fails is left alone from then on, and `error` says why.

    `run_id` names a run that goes on, and is the run's from its first complete step; empty before."""

    def __init__(self, store: Store | None, owner: str = "", run_id: str = "") -> None:
        self._store, self._owner = store, owner
        self.run_id = run_id
        self.error = ""

    def record(self, trace: Trace) -> None:
        """Store what is new in a trace; nothing before the first complete step."""
        if self._store is None or self.error or not trace.steps:
            return
        try:
            if self.run_id:
                self._store.record(self.run_id, trace)
            else:
                self.run_id = self._store.begin(trace, self._owner)
        except StoreError as error:
            self.error = str(error)

    def end(self) -> None:
        """Nobody goes on with the run: it is interrupted unless it has ended."""
        if self._store is None or self.error or not self.run_id:
            return
        try:
            self._store.interrupt(self.run_id)
        except StoreError as error:
            self.error = str(error)
