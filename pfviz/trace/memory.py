"""The garbage collector, kept from looking at what is about to be made again and again."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pausing = 0  # threads that are inside
_was_enabled = True


@contextmanager
def paused_collection() -> Iterator[None]:
    """Leave the collector out while very many lists are made, none of which is garbage: half of the time of reading a
    large trace is else spent on finding that out. It is back when the last thread that asked for this has left."""
    global _pausing, _was_enabled
    with _lock:
        if not _pausing:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pausing += 1
    try:
        yield
    finally:
        with _lock:
            _pausing -= 1
            if not _pausing and _was_enabled:
                gc.enable()
