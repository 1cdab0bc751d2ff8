"""How many threads the models compute with."""

from __future__ import annotations


def one_thread() -> None:
    """One for the whole process, for a command or a server that runs the embedded pair.

    Its matrices are so small that two threads spend more on waiting for each other than they save, and the other cores
    are left to the server. Never called by `pfviz.run`: a library leaves its caller's threads alone.
    """
    import torch

    torch.set_num_threads(1)
