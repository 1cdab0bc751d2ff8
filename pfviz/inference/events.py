"""What happens in a run, as records. The CLI, the recorder and the page consume the same iterator of these.

Order: `RunStarted`, then sweeps, then `RunEnded`. A sweep is one pass of the loop over the steps: `SweepStarted`, for
each step `TokensDrafted`* `StepsExtended` `StepsScored` `ParticlesWeighed` `ParticlesSelected`, then `SweepEnded`. Most
methods have one sweep; particle Gibbs has one for each iteration, parallel tempering one for each iteration and chain,
and after each of its iterations a `SwapProposed` for each pair of neighbours. A `NoteAdded` may come anywhere inside a
sweep.
A stopped run ends with `RunEnded(status="stopped")` after the last complete step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pfviz.types import FloatArray, IntArray, Step, TokenRewards

SweepStatus = Literal["finished", "step limit"]
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
class SweepStarted:
    iteration: int  # from 0
    chain: int  # from 0, the coldest: the one whose target is asked for
    pinned: bool  # slot 0 is the trajectory that was kept of the iteration before


@dataclass(frozen=True, slots=True)
class TokensDrafted:
    """Between tokens: `tokens` written so far in this step, over all slots; now and then also what they say."""

    step: int
    tokens: int
    active: int
    # Slot -> its step so far, where that is known here. It hangs on the time that passes, and is no part of a run.
    texts: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class StepsExtended:
    step: int
    steps: Mapping[int, Step]  # slot -> new step, active slots only


@dataclass(frozen=True, slots=True)
class StepsScored:
    step: int
    rewards: FloatArray  # (N,), a finished particle's last reward is repeated
    tokens: Mapping[int, TokenRewards] = field(
        default_factory=dict
    )  # slot -> what was said inside of its new step, where that is known


@dataclass(frozen=True, slots=True)
class ParticlesWeighed:
    step: int
    log_carried: FloatArray  # (N,), normalised
    log_weights: FloatArray  # (N,), unnormalised
    ess: float
    log_evidence: float  # increment
    temperature: float


@dataclass(frozen=True, slots=True)
class ParticlesSelected:
    step: int
    resampled: bool
    ancestors: IntArray  # (N,)
    seconds: float  # since the run began


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """Something out of the ordinary that was dealt with, in a sentence for people."""

    step: int
    slots: tuple[int, ...]  # that it befell; empty if it befell no one in particular
    text: str


@dataclass(frozen=True, slots=True)
class SweepEnded:
    status: SweepStatus
    retained: int | None  # slot of the trajectory that is kept for the next iteration


@dataclass(frozen=True, slots=True)
class SwapProposed:
    """Chains `chain` and `chain + 1` proposed to exchange what they retained."""

    iteration: int
    chain: int
    log_ratio: float  # of Metropolis: accepted with probability min(1, exp(log_ratio))
    accepted: bool


@dataclass(frozen=True, slots=True)
class RunEnded:
    status: Status
    seconds: float


Event = (
    RunStarted
    | SweepStarted
    | TokensDrafted
    | StepsExtended
    | StepsScored
    | ParticlesWeighed
    | ParticlesSelected
    | NoteAdded
    | SweepEnded
    | SwapProposed
    | RunEnded
)
