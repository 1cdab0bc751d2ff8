"""What can be asked of models about a recorded run, each question with the models that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from pfviz.diagnostics import kinship
from pfviz.lab.probes import edit, occlusion, rescore, rollouts
from pfviz.lab.probes.scoring import recorded_reward
from pfviz.lab.probes.values import PrefixValue
from pfviz.models import registry
from pfviz.trace import Trace
from pfviz.types import Generator, RewardModel

ROLLOUT_BATCH = 8
"""Rollouts after which there is something new to show."""

ShouldStop = Callable[[], bool]


class ModelQuestion(Protocol):
    """Something to ask. `generator` and `reward` name the models that it takes, None for one that it does not."""

    @property
    def generator(self) -> str | None: ...

    @property
    def reward(self) -> str | None: ...

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """Ask, of these two; one that it does not take is not looked at. Items are those of `pfviz.lab`."""
        ...


class Question(ModelQuestion, Protocol):
    """Something to ask about a recorded run."""

    @property
    def trace(self) -> Trace: ...


@dataclass(frozen=True, slots=True)
class PrefixValueQuestion:
    """The value of one prefix."""

    trace: Trace
    uid: int
    rollouts: int
    known: PrefixValue | None = None  # from questions before, of other seeds
    seed: int = 0
    reward: ClassVar[None] = None

    @property
    def generator(self) -> str:
        return self.trace.generator

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """`RolloutProgress` and a `PrefixValue` after each batch."""
        return rollouts.estimate_value(
            self.trace, self.uid, self.rollouts, batch=ROLLOUT_BATCH, generator=generator, seed=self.seed,
            known=self.known,
            stop=stop,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueTreeQuestion:
    """The values of all prefixes, from a budget of rollouts."""

    trace: Trace
    budget: int
    known: Mapping[int, PrefixValue] = field(default_factory=dict)  # by uid, from questions before, of other seeds
    seed: int = 0
    reward: ClassVar[None] = None

    @property
    def generator(self) -> str:
        return self.trace.generator

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """`RolloutProgress` and a `TreeValues` after each batch."""
        return rollouts.value_tree(
            self.trace,
            self.budget,
            batch=ROLLOUT_BATCH,
            generator=generator,
            seed=self.seed,
            known=self.known,
            stop=stop,
        )


@dataclass(frozen=True, slots=True)
class RescoreQuestion:
    """All sweeps of a run under another reward."""

    trace: Trace
    reward: str

    @property
    def generator(self) -> str | None:
        return _find_reader(self.trace, self.reward)

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """`Rescoring` after each step, a `Rescored` for each sweep."""
        return rescore.rescore(self.trace, reward, generator=generator or None, stop=stop)


@dataclass(frozen=True, slots=True)
class OcclusionQuestion:
    """What each word of a step does to its reward."""

    trace: Trace
    uid: int
    reward: str

    @property
    def generator(self) -> str | None:
        return _find_reader(self.trace, self.reward)

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """`Occluding` after each batch, an `Occlusion` at the end."""
        return occlusion.occlude(self.trace, self.uid, reward, generator=generator or None, stop=stop)


@dataclass(frozen=True, slots=True)
class EditQuestion:
    """The rewards of a path with another text in it, beside those of the recorded one."""

    trace: Trace
    uid: int
    text: str

    @property
    def generator(self) -> str | None:
        return _find_reader(self.trace, self.reward)

    @property
    def reward(self) -> str:
        return self.trace.reward

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """A `StepRewards` for each step, up to the end of the node's heaviest line."""
        path = edit.edit_step(self.trace, self.uid, self.text, heaviest_leaf(self.trace, self.uid))
        return edit.rescore_path(path, recorded_reward(self.trace, reward, generator or None), stop=stop)


@dataclass(frozen=True, slots=True)
class GrowQuestion:
    """A new run from a prefix; `text` takes the place of its last step, None leaves it as it was written."""

    trace: Trace
    uid: int
    text: str | None
    particles: int

    @property
    def generator(self) -> str:
        return self.trace.generator

    @property
    def reward(self) -> str:
        return self.trace.reward

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: ShouldStop) -> Iterator[Any]:
        """The events of the run."""
        return edit.run_from_node(
            self.trace, self.uid, self.text, generator=generator, reward=reward, particles=self.particles, stop=stop
        )


def _find_reader(trace: Trace, reward: str) -> str | None:
    """The trace's generator, where a reward of that name reads steps with it."""
    return trace.generator if registry.reads_generator(reward) else None


def heaviest_leaf(trace: Trace, uid: int) -> int:
    """The end of the node's line along its heaviest children."""
    while children := kinship.kin(trace, uid).children:
        uid = children[0]
    return uid
