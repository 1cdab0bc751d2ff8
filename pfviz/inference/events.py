"""What happens in a run, as records. The CLI, the recorder and the page consume the same iterator of these.

Order: `RunStarted`, then for each step `Drafting`* `Extended` `Scored` `Weighed` `Selected`, then `RunEnded`.
A stopped run ends with `RunEnded(status="stopped")` after the last complete step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pfviz.models.base import FloatArray, IntArray, Step

Status = Literal["finished", "step limit", "stopped"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    problem: str
    truth: str | None
    generator: str
    reward: str
    method: str
    settings: Mapping[str, Any]  # every setting, JSON-able; holds "particles"
    seed: int
    versions: Mapping[str, str]
    started: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Drafting:
    """Between tokens: `tokens` written so far in this step, over all slots."""

    step: int
    tokens: int
    active: int


@dataclass(frozen=True, slots=True)
class Extended:
    step: int
    steps: Mapping[int, Step]  # slot -> new step, active slots only


@dataclass(frozen=True, slots=True)
class Scored:
    step: int
    rewards: FloatArray  # (N,), a finished particle's last reward is repeated


@dataclass(frozen=True, slots=True)
class Weighed:
    step: int
    log_carried: FloatArray  # (N,), normalised
    log_weights: FloatArray  # (N,), unnormalised
    ess: float
    log_evidence: float  # increment
    temperature: float


@dataclass(frozen=True, slots=True)
class Selected:
    step: int
    resampled: bool
    ancestors: IntArray  # (N,)
    seconds: float  # since the run began


@dataclass(frozen=True, slots=True)
class RunEnded:
    status: Status
    seconds: float


Event = RunStarted | Drafting | Extended | Scored | Weighed | Selected | RunEnded
