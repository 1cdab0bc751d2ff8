"""A stored run in a list: what it was, and what came of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pfviz.trace.trace import Trace

VERDICTS = {True: "right", False: "wrong", None: "unknown"}


@dataclass(frozen=True, slots=True)
class RunEntry:
    """What is known of a stored run without reading its steps."""

    id: str
    owner: str
    name: str  # empty until somebody gives it one
    problem: str
    method: str
    generator: str
    reward: str
    particles: int
    seed: int
    steps: int  # complete ones, of all sweeps
    status: str  # "running", "interrupted", "stopped", "finished", "step limit"
    answer: str | None  # that the run gives; None while it goes on
    verdict: str  # of the answer: "right", "wrong", "unknown"
    ess: float | None  # particles, the fewest of any step of the last sweep; None before the first step
    tokens: int
    seconds: float
    started: str  # as the trace says it
    updated: datetime  # UTC, of the last step
    tags: tuple[str, ...]
    starred: bool
    deleted: datetime | None
    bytes: int

    @property
    def title(self) -> str:
        """The name, or the problem of a run that has none."""
        return self.name or self.problem

    @property
    def can_resume(self) -> bool:
        """Whether it ended before its end."""
        return self.status in ("interrupted", "stopped")


def read_entry(row: sqlite3.Row) -> RunEntry:
    """Return the entry of a row of the table of runs, with its tags in a column `tag_list`, one a line."""
    kept: dict[str, Any] = {name: row[name] for name in RunEntry.__dataclass_fields__ if name in row.keys()}  # noqa: SIM118
    kept |= {
        "seed": int(row["seed"]),
        "starred": bool(row["starred"]),
        "updated": _read_time(row["updated"]),
        "deleted": None if row["deleted"] is None else _read_time(row["deleted"]),
        "tags": tuple(sorted((row["tag_list"] or "").split("\n"))) if row["tag_list"] else (),
    }
    return RunEntry(**kept)


def summarise(trace: Trace) -> dict[str, Any]:
    """Return the columns of the table of runs that change as a run goes on. Who answers what is looked at when it does
    not go on: to compare answers takes longer than to store a step."""
    over = trace.status != "running"
    choice = trace.choice if over and trace.steps else None
    found: dict[str, Any] = {
        "steps": sum(sweep.steps for sweep in trace.sweeps),
        "status": trace.status,
        "ess": float(trace.ess.min()) if trace.steps else None,
        "tokens": trace.written_tokens,
        "seconds": float(trace.seconds[-1]) if trace.steps else 0.0,
    }
    return found | {
        "answer": None if choice is None else choice.display,
        "verdict": VERDICTS[None if choice is None else choice.correct],
    }


def _read_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
