"""Out of memory: fewer rows at once, from then on, and a sentence that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from pfviz.errors import ModelError

Part = TypeVar("Part")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is an allocation that failed: a type of its own on a GPU, told by its text on a CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and ("can't allocate memory" in said or "not enough memory" in said)


class RowBatcher:
    """How many rows a session computes at once. Starts with all of them; `notes` tells each change."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._most: int | None = None
        self.notes: list[str] = []

    def run(self, rows: int, work: Callable[[int, int], Part]) -> list[Part]:
        """`work(start, stop)` over consecutive parts of range(rows).

        A part that runs out of memory is halved and worked again; `work` must leave nothing behind when it fails so.
        Raises `ModelError` if one row alone does not fit.
        """
        parts: list[Part] = []
        start = 0
        while start < rows:
            stop = rows if self._most is None else min(rows, start + self._most)
            try:
                parts.append(work(start, stop))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if stop - start == 1:
                    raise ModelError(
                        f"There is not enough memory for {self._name}, even for one particle at a time. Take fewer "
                        "particles, a shorter problem or a smaller model."
                    ) from error
            else:
                start = stop
                continue
            # Outside of the handler: the error holds the frames, and with them the tensors, of what failed.
            self._halve(stop - start)
        return parts

    def _halve(self, rows: int) -> None:
        self._most = (rows + 1) // 2
        self.notes.append(f"Out of memory with {rows} rows of {self._name} at once: went on with {self._most}.")
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
