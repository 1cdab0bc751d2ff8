"""The trace: everything that happened in a run, in columns over (step, slot). See docs/architecture.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pfviz.inference.answers import Answer, Answers

SCHEMA_VERSION = 1

Node = tuple[int, int]
"""(step, slot), both from 0."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A run, or its first T steps, of N particles. Arrays are (T, N) or (T,); see docs/trace-schema.md.

    T may be 0: a run that was stopped inside its first step. Two traces are the same if their `dumps` are.
    """

    problem: str
    truth: str | None
    generator: str
    reward: str
    method: str
    settings: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    started: str
    status: str  # "running", "finished", "step limit", "stopped"

    uids: npt.NDArray[np.int64]
    ancestors: npt.NDArray[np.int64]
    rewards: npt.NDArray[np.float64]
    log_carried: npt.NDArray[np.float64]
    log_weights: npt.NDArray[np.float64]
    finished: npt.NDArray[np.bool_]
    tokens: npt.NDArray[np.int64]
    log_probs: npt.NDArray[np.float64]
    texts: list[list[str]]
    token_ids: list[list[list[int]]]
    ends: list[list[str]]
    ess: npt.NDArray[np.float64]
    resampled: npt.NDArray[np.bool_]
    log_evidence: npt.NDArray[np.float64]
    temperatures: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.float64]
    schema_version: int = field(default=SCHEMA_VERSION)

    @property
    def steps(self) -> int:
        """T, the number of recorded steps."""
        return int(self.rewards.shape[0])

    @property
    def particles(self) -> int:
        """N, the number of slots."""
        return int(self.settings["particles"])

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """(T, N) normalised weights before selection: each row is the softmax of `log_weights`.

        A row without any finite weight (every particle impossible) is uniform.
        """
        if self.steps == 0:
            return np.empty((0, self.particles))
        peak = self.log_weights.max(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):  # inf - inf, settled by the next lines
            raw = np.exp(self.log_weights - peak)
        raw = np.where(np.isposinf(peak), self.log_weights == peak, raw)
        raw = np.where(np.isneginf(peak), 1.0, raw)
        return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)

    @cached_property
    def written(self) -> npt.NDArray[np.bool_]:
        """(T, N) true where the slot wrote a step; false where a finished particle only stays."""
        slots = np.arange(self.steps * self.particles).reshape(self.steps, self.particles)
        return np.asarray(self.uids == slots)

    def upto(self, t: int) -> Trace:
        """The first `t` steps (1 ≤ t ≤ T), as a recorder held them after step t: the event after step t included.

        Its status is "running" when that cuts something off.

        Raises:
            IndexError: `t` is outside 1..T.
        """
        if not 1 <= t <= self.steps:
            raise IndexError(f"upto({t}): the trace has steps 1 to {self.steps}")
        if t == self.steps:
            return self
        columns = {f.name: getattr(self, f.name)[:t] for f in dataclasses.fields(self) if f.name in COLUMNS}
        return dataclasses.replace(self, status="running", **columns)

    def node(self, uid: int) -> Node:
        """(step, slot) of the step with this uid: where it was written.

        Raises:
            KeyError: no step has that uid.
        """
        t, n = divmod(int(uid), max(self.particles, 1))
        if not (0 <= t < self.steps and self.written[t, n]):
            raise KeyError(uid)
        return t, n

    def lineage(self, t: int, n: int) -> list[Node]:
        """The t+1 slots (0, ·) … (t, n) that led to slot n at step t, found by walking `ancestors`."""
        if not (0 <= t < self.steps and 0 <= n < self.particles):
            raise IndexError(f"no slot {n} at step {t}: the trace is {self.steps} × {self.particles}")
        path = [(t, n)]
        for before in range(t - 1, -1, -1):
            n = int(self.ancestors[before, n])
            path.append((before, n))
        return path[::-1]

    def solution(self, t: int, n: int) -> list[Node]:
        """The nodes of the solution in slot n at step t, first step first; steps of waiting are left out."""
        return [node for node in self.lineage(t, n) if self.written[node]]

    def path_texts(self, t: int, n: int) -> list[str]:
        """The step texts of the solution in slot n at step t, first step first."""
        return [self.texts[step][slot] for step, slot in self.solution(t, n)]

    @cached_property
    def answers(self) -> Answers:
        """The table of answers at the last step, heaviest first; a particle that is not finished has not answered."""
        from pfviz.inference.answers import tabulate

        return tabulate(self)

    @cached_property
    def scores(self) -> npt.NDArray[np.float64]:
        """(T, N) rewards of the steps so far along each lineage, aggregated as the run's settings say."""
        from pfviz.inference.aggregation import AGGREGATIONS

        aggregate = AGGREGATIONS.get(str(self.settings.get("aggregation")), AGGREGATIONS["last"])
        found, history = np.empty((self.steps, self.particles)), np.empty((0, self.particles))
        for t in range(self.steps):
            if t:
                history = history[:, self.ancestors[t - 1]]
            history = np.vstack([history, np.where(self.written[t], self.rewards[t], np.nan)])
            found[t] = aggregate(history)
        return found

    @cached_property
    def choice(self) -> Answer | None:
        """The answer that the run gives, picked as its settings say; None if no particle answered."""
        from pfviz.streams import stream

        return self.answers.pick(str(self.settings.get("pick", "highest")), stream(self.seed, "answer"))

    @property
    def answer(self) -> str | None:
        """The answer that the run gives, as it was written; None if no particle answered."""
        return None if self.choice is None else self.choice.display

    def save(self, path: str | Path) -> None:
        """Write the trace as JSON (docs/trace-schema.md)."""
        from pfviz.trace.file import save

        save(self, path)


COLUMNS = frozenset(
    [
        "uids",
        "ancestors",
        "rewards",
        "log_carried",
        "log_weights",
        "finished",
        "tokens",
        "log_probs",
        "texts",
        "token_ids",
        "ends",
        "ess",
        "resampled",
        "log_evidence",
        "temperatures",
        "seconds",
    ]
)
"""Names of the columns, those fields whose first axis is the step."""
