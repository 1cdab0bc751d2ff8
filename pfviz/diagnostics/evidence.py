"""The running estimate of the log normalising constant, and of what it is the normaliser."""

from __future__ import annotations

import numpy as np

from pfviz.inference.methods import METHODS
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


def cumulative_log_evidence(trace: Trace) -> FloatArray:
    """(T,) log Ẑ after each step, nats: the running sum of log Σ exp(log_carried + potential).

    Comparable only between runs with the same `evidence_name`.
    """
    return np.asarray(np.cumsum(trace.log_evidence))


def evidence_name(trace: Trace) -> str:
    """What the running sum says, in words: what log Ẑ normalises, which is a different thing under each potential; a
    method that is no filter has no target, and its sum is of the log of the mean weight."""
    if not is_filter(trace):
        return "log mean weight, summed"
    potential = trace.settings.get("potential")
    return f"log Ẑ of the {potential} target" if isinstance(potential, str) and potential else "log Ẑ"


def is_filter(trace: Trace) -> bool:
    """Whether the weights estimate a posterior: a filter's do, those of a search or of a vote do not. A method that is
    not known here is taken for a filter."""
    return trace.method not in METHODS or METHODS[trace.method].family == "filter"


def mass_name(trace: Trace) -> str:
    """What the share of the weight behind an answer is called."""
    return "posterior mass" if is_filter(trace) else "share of the weight"
