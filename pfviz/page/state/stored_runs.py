"""The stored runs of a page, and what one browser tab sees of them."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from pfviz.errors import StoreError
from pfviz.store import Limits, Recording, Store
from pfviz.trace import Trace

LIMITS = Limits(deleted_days=30)
SHARED_LIMITS = Limits(
    owner_runs=200, owner_bytes=50 * 2**20, runs=20_000, bytes=2 * 2**30, days=7, deleted_days=1
)  # fmt: skip
"""Of a page with many visitors."""
ROWS = 30
"""Runs in a list, until more are asked for."""
MAX_PICTURES = 500
SECRET = re.compile(r"[0-9a-f]{32}")  # 128 bits that a browser has drawn: nobody guesses them


class RunLibrary:
    """Where a page stores runs. On one that is `shared`, visitors do not know each other: each sees own runs alone, and
    they expire. Without a store there are none, and `reason` says why, in a sentence."""

    def __init__(self, store: Store | None = None, *, shared: bool = False, reason: str = "") -> None:
        self.store, self.shared, self.reason = store, shared, reason
        self._pictures: OrderedDict[tuple[str, int, str], Markup] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, *, shared: bool) -> RunLibrary:
        """The runs of this machine, in the default place; none where nothing can be written."""
        try:
            return cls(Store(limits=SHARED_LIMITS if shared else LIMITS), shared=shared)
        except StoreError as error:
            return cls(shared=shared, reason=str(error))

    def close(self) -> None:
        """Nothing is stored any more."""
        if self.store is not None:
            self.store.close()

    def picture(self, key: tuple[str, int, str], draw: Callable[[], Markup] | None = None) -> Markup | None:
        """The picture of a run as far as it is: that which was drawn before, else what `draw` gives, else None."""
        with self._lock:
            found = self._pictures.get(key)
        if found is None and draw is not None:
            found = draw()
            with self._lock:
                self._pictures[key] = found
                while len(self._pictures) > MAX_PICTURES:
                    self._pictures.popitem(last=False)
        return found


@dataclass
class StoredRuns:
    """The list as a visitor has filtered it, and what was said last."""

    library: RunLibrary = field(default_factory=RunLibrary)
    visitor: str = ""  # whose runs they are, on a shared page; empty until the browser has said it
    awaits_browser: bool = False  # nothing is stored or shown until it is known where the visitor comes from
    is_forwarded: bool = False  # the visitor comes through a proxy, so it may be anybody
    query: str = ""
    filters: dict[str, Any] = field(default_factory=dict)  # of `Store.entries`
    sort: str = "newest"
    rows: int = ROWS
    message: str = ""
    is_error: bool = False
    can_keep: bool = False  # the run of "This run" is not stored
    undo: tuple[str, ...] = ()  # runs that were deleted last

    @property
    def store(self) -> Store | None:
        """None where nothing is stored, or nobody knows whose it would be."""
        is_nobodys = self.awaits_browser or (self.is_shared and not self.visitor)
        return None if is_nobodys else self.library.store

    @property
    def is_shared(self) -> bool:
        """Whether there may be other visitors."""
        return self.library.shared or self.is_forwarded

    @property
    def owner(self) -> str | None:
        """Whose runs are seen; None is everybody's, on a page of one's own."""
        return self.visitor if self.is_shared else None

    def identify(self, secret: object, *, is_forwarded: bool = False) -> None:
        """Take the secret that the visitor's browser keeps, and whether the visitor comes through a proxy. What is
        stored of the secret does not give it away."""
        self.awaits_browser, self.is_forwarded = False, is_forwarded
        if isinstance(secret, str) and SECRET.fullmatch(secret):
            self.visitor = hashlib.sha256(secret.encode()).hexdigest()

    def begin_recording(self, run_id: str = "") -> Recording:
        """A run begins, or the stored one of that id goes on."""
        return Recording(self.store, self.owner or "", run_id)

    def keep(self, trace: Trace, *tags: str) -> str:
        """Store a run that is over and return its id; empty, with the reason as the message, where that cannot be."""
        if self.store is None:
            return ""
        try:
            run_id = self.store.save(trace, self.owner or "")
            self.store.tag(run_id, *tags)
        except StoreError as error:
            self.say(str(error), is_error=True)
            return ""
        return run_id

    def update(self, run_id: str, trace: Trace) -> None:
        """Store a trace in the place of that of a run; the reason is the message where that cannot be."""
        try:
            if self.store is not None:
                self.store.replace(run_id, trace, self.owner)
        except StoreError as error:
            self.say(str(error), is_error=True)

    def say(self, message: str = "", *, is_error: bool = False, undo: tuple[str, ...] = ()) -> None:
        """What is said over the list, and which runs can be brought back there."""
        self.message, self.is_error, self.undo = message, is_error, undo
