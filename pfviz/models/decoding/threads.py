"""How many threads the models compute with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")


def use_one_thread() -> None:
    """One for the whole process, for a command or a server that runs the embedded pair.

    Its matrices are so small that two threads spend more on waiting for each other than they save, and the other cores
    are left to the server. Never called by `pfviz.run`: a library leaves its caller's threads alone.
    """
    use_threads(1)


def use_threads(number: int) -> None:
    """So many for the whole process."""
    import torch

    _default_threads()
    torch.set_num_threads(number)


def iterate_with_threads(events: Iterator[Item], one: bool) -> Iterator[Item]:
    """The events, each computed on one thread or on as many as PyTorch would take by itself.

    Set again for each: a server may ask for every event from another of its threads, and each has a setting of its own.
    """
    import torch

    wanted = 1 if one else _default_threads()
    while True:
        if torch.get_num_threads() != wanted:
            torch.set_num_threads(wanted)
        try:
            event = next(events)
        except StopIteration:
            return
        yield event


@cache
def _default_threads() -> int:
    """PyTorch's own choice, asked before anybody changed it."""
    import torch

    return torch.get_num_threads()
