"""The file that a visitor opened last, while it holds more than what is shown: other runs, or columns to correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pfviz.trace import Trace
from pfviz.trace.importers import ReadingOptions
from pfviz.trace.tables.columns import ColumnGuess

MAX_OPENED_RUNS = 500
"""Runs of a file that can be gone through: they stay in the memory of the server."""


@dataclass(frozen=True, eq=False)
class OpenedFile:
    """A file of recorded runs.

    Args:
        path: where it lies on the server.
        name: what the visitor calls it.
        traces: the runs that can be gone through; none as long as its columns are asked for.
        total: how many it holds.
        place: which of them is shown, from 0.
        guess: of a table, its columns and what they are taken for.
        options: how it is read.
        error: what is wrong with the columns that were chosen.
    """

    path: str
    name: str
    traces: Sequence[Trace] = ()
    total: int = 0
    place: int = 0
    guess: ColumnGuess | None = None
    options: ReadingOptions = field(default_factory=ReadingOptions)
    error: str = ""

    @property
    def is_asking(self) -> bool:
        """Whether nothing of it is shown yet, and its columns are asked for."""
        return not self.traces
