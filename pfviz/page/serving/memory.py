"""What was freed goes back to the system: many threads each leave holes, which the C library keeps for later."""

from __future__ import annotations

import ctypes
import sys


def return_freed_memory() -> None:
    """Hand the free pages of the process back. Does nothing where the C library cannot: it need not be glibc."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
