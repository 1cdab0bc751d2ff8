"""Runs that are compared: what figures, the page and a report draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pkgutil import resolve_name

from pfviz.comparison.differences import Difference, list_differences
from pfviz.comparison.labels import label_runs
from pfviz.comparison.summary import RunSummary, summarise
from pfviz.errors import ComparisonError
from pfviz.trace.trace import Trace

MAX_RUNS = 6
"""More are neither told apart by their colours nor read side by side."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Some runs in the order in which they were given; `labels` are different from each other."""

    traces: tuple[Trace, ...]
    labels: tuple[str, ...]

    @cached_property
    def summaries(self) -> tuple[RunSummary, ...]:
        """What came of each run."""
        return tuple(map(summarise, self.traces))

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What the runs were made with, where that is not the same in all of them."""
        return tuple(list_differences(self.traces))

    def _repr_html_(self) -> str:
        """What a notebook shows of the runs; found by its name, as it comes from a later room."""
        shown: str = resolve_name("pfviz.notebook.display:show_comparison")(self)
        return shown

    @property
    def is_one_problem(self) -> bool:
        """Whether all runs have the same problem, so that their answers and axes mean the same."""
        return len({trace.problem for trace in self.traces}) == 1

    @property
    def horizon(self) -> int:
        """The steps of the longest run."""
        return max(trace.steps for trace in self.traces)


def compare(traces: Iterable[Trace]) -> Comparison:
    """Set one to six runs side by side; `pfviz.figures.genealogies` and others draw what comes out.

    Raises:
        ComparisonError: there is no run, or there are more than six.
    """
    runs = tuple(traces)
    if not 1 <= len(runs) <= MAX_RUNS:
        raise ComparisonError(f"{len(runs)} runs cannot be compared; give two to {MAX_RUNS}.")
    return Comparison(runs, tuple(label_runs(runs)))
