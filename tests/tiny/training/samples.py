"""Judged samples made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pfviz.tiny.tasks import Kind, Line, Task
from pfviz.tiny.training.sampling import Sample


def sample(right: bool, kind: Kind = "arithmetic", *, ended: bool = True, answer: int = 7) -> Sample:
    """A one-step solution of 3 + 4."""
    task = Task(kind, "Compute 3 + 4", Fraction(7), None, "3 + 4")
    number = 7 if right else answer + 1
    return Sample(task, (Line(f"3 + 4 = {number}. The answer is \\boxed{{{number}}}.", right),), ended)


def group(rights: Sequence[bool], kind: Kind = "arithmetic") -> list[Sample]:
    return [sample(right, kind) for right in rights]
