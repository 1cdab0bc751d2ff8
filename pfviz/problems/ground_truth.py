"""The true answer of a problem that comes without one, where the embedded world can tell."""

from __future__ import annotations


def compute_true_answer(problem: str) -> str | None:
    """Return the exact answer of an expression or an equation in this text; None of any other problem."""
    from pfviz.tiny import gate

    answer = gate.exact_answer(problem)
    return None if answer is None else str(answer)
