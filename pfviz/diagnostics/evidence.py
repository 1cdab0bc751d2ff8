"""The running estimate of the log normalising constant, and of what it is the normaliser."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pfviz.trace.columns import Trace


def cumulative(trace: Trace) -> npt.NDArray[np.float64]:
    """(T,) log Ẑ after each step, nats: the running sum of log Σ exp(log_carried + potential).

    Comparable only between runs with the same `target`.
    """
    return np.asarray(np.cumsum(trace.log_evidence))


def target(trace: Trace) -> str:
    """What log Ẑ normalises, in words: it means a different thing under each potential."""
    potential = trace.settings.get("potential")
    return f"log Ẑ of the {potential} target" if isinstance(potential, str) and potential else "log Ẑ"
