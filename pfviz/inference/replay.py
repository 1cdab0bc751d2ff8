"""What a run already knows: the trajectory that a sweep pins, and the past of a run that goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pfviz.types import NO_STEPS, FloatArray, IntArray, Step, StepProgress, TokenRewards


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One particle's whole solution: its steps, and the reward of each, (len(steps),)."""

    steps: tuple[Step, ...]
    rewards: FloatArray


@dataclass(frozen=True, slots=True)
class PastSweep:
    """The complete steps of a sweep, as they were recorded."""

    steps: Sequence[Mapping[int, Step]]  # of each step: slot -> what it wrote
    rewards: Sequence[FloatArray]  # of each step: (N,), a finished particle's last one repeated
    seconds: Sequence[float]  # of each step: since the run began
    complete: bool  # the sweep is over: it needs no session to go on
    tokens: Sequence[Mapping[int, TokenRewards]] = ()  # of each step: slot -> what was said inside of what it wrote


NO_PAST = PastSweep((), (), (), False)


class ReplaySession:
    """A session of both kinds for a complete sweep: nothing is computed, as every step is given and scored."""

    def __init__(self, past: PastSweep) -> None:
        self._past = past
        self._step = -1

    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """The given steps."""
        self._step = step
        return self._yield_steps(given)

    def _yield_steps(self, given: Mapping[int, Step]) -> Iterator[Mapping[int, Step] | int]:
        yield dict(given)

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """The recorded rewards."""
        return {slot: float(self._past.rewards[self._step][slot]) for slot in steps}

    def select(self, ancestors: IntArray) -> None:
        """Nothing to copy."""
