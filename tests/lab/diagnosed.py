"""A diagnosis without a model: invented runs of ten problems, whose texts are hostile where that is asked for."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from pfviz.lab.diagnosis import Diagnosis, diagnose
from pfviz.trace import Trace
from tests.traces import synthetic_trace

HOSTILE = "<b>bold</b><script>alert(1)</script>\x1b[31m[red]"
RUNS = 10


@cache
def runs(hostile: bool = False, reward: str = "synthetic") -> tuple[Trace, ...]:
    """Best-of-8 runs, each of a problem of its own."""
    return tuple(_run(seed, hostile, reward) for seed in range(RUNS))


def _run(seed: int, hostile: bool, reward: str) -> Trace:
    tail = f" {HOSTILE}" if hostile else ""
    trace = synthetic_trace(8, 5, seed=seed, trigger="never", problem=f"Compute (12 + 7) * 3 - 45, {seed} times{tail}")
    texts = [[text and f"{text}{tail}" for text in row] for row in trace.texts]
    return dataclasses.replace(trace, texts=texts, reward=reward + tail)


def unknown() -> Diagnosis:
    """Of a run whose problem and steps nobody can judge."""
    return diagnose([synthetic_trace(4, 3, problem="Who is right?", truth=None)])


@cache
def diagnosis(hostile: bool = False) -> Diagnosis:
    """Of those runs; labels come from the answers, as no step can be judged."""
    return diagnose(runs(hostile))


def row_at(found: Diagnosis, run: int, sweep: int, uid: int) -> int:
    """The row of a particle; fails unless there is exactly one."""
    rows = found.rows
    (row,) = np.flatnonzero((rows.run == run) & (rows.sweep == sweep) & (rows.uid == uid))
    return int(row)
