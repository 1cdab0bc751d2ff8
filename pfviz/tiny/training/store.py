"""Samples on disk, so that a build can be resumed: JSON, judged again by the oracle when read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from pfviz.tiny import oracle
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.training.sampling import Sample


def save_samples(path: Path, groups: Sequence[Sequence[Sample]]) -> None:
    """Write groups of samples of one task each."""
    rows = [
        {
            "kind": group[0].task.kind,
            "text": group[0].task.text,
            "answer": str(group[0].task.answer),
            "samples": [{"ended": s.ended, "steps": [line.text for line in s.lines]} for s in group],
        }
        for group in groups
    ]
    path.write_text(json.dumps(rows))


def load_samples(path: Path) -> list[list[Sample]]:
    """Read what `save_samples` wrote."""
    groups = []
    for row in json.loads(path.read_text()):
        task = Task(row["kind"], row["text"], Fraction(row["answer"]), None, row["text"])
        group = []
        for written in row["samples"]:
            verdicts = oracle.judge_steps(task.kind, task.answer, written["steps"])
            lines = tuple(Line(text, ok) for text, ok in zip(written["steps"], verdicts, strict=True))
            group.append(Sample(task, lines, written["ended"]))
        groups.append(group)
    return groups
