"""What each of some runs is called beside the others: its method, and as much of what differs as tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from pfviz.comparison.differences import NOT_USED, Difference, list_differences, method_title
from pfviz.text import shorten
from pfviz.trace.trace import Trace

MAX_VALUE = 24
"""Characters of a value in a label."""
_NEVER_SAID = ("method", "status")  # the first is said already


def label_runs(traces: Sequence[Trace]) -> list[str]:
    """Return a label for each run, all different: "Best of 16", "DVTS, tau 0.1". Where nothing tells two apart they
    are counted: "DVTS (2)"."""
    labels = [name_method(trace) for trace in traces]
    for difference in list_differences(traces):
        if len(set(labels)) == len(labels):
            break
        if difference.key not in _NEVER_SAID:
            labels = _add(labels, difference)
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def name_method(trace: Trace) -> str:
    """Return the method's title, with its N where that is part of it: "Best of 16"."""
    title = method_title(trace.method)
    return title.replace("of N", f"of {trace.particles}") if title.endswith("of N") else shorten(title, 40)


def _add(labels: list[str], difference: Difference) -> list[str]:
    """The labels with the value of each run, where that tells apart runs of one label."""
    found = []
    for label, value in zip(labels, difference.values, strict=True):
        alike = {other for one, other in zip(labels, difference.values, strict=True) if one == label}
        known = f"{difference.name.lower()} {shorten(value, MAX_VALUE)}"
        found.append(f"{label}, {known}" if len(alike) > 1 and value != NOT_USED else label)
    return found
