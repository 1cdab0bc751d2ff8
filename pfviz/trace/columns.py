"""The trace: everything that happened in a run, in columns over (step, slot). See docs/architecture.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Trace:
    """A run, or its first T steps, of N particles. Arrays are (T, N) or (T,); see docs/trace-schema.md."""

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
