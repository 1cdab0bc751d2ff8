"""What can be asked of models about a recorded run, each question with the models that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from pfviz.lab import attribution, edit, rescore, rollouts
from pfviz.lab.values import Value
from pfviz.models.base import Generator, RewardModel
from pfviz.page import selection
from pfviz.trace import Trace

BATCH = 8
"""Rollouts after which there is something new to show."""

Stop = Callable[[], bool]


class Question(Protocol):
    """Something to ask. `generator` and `reward` name the models that it takes, None for one that it does not."""

    @property
    def trace(self) -> Trace: ...

    @property
    def generator(self) -> str | None: ...

    @property
    def reward(self) -> str | None: ...

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """Ask, of these two; one that it does not take is not looked at. Items are those of `pfviz.lab`."""
        ...


@dataclass(frozen=True, slots=True)
class ValueOf:
    """The value of one prefix."""

    trace: Trace
    uid: int
    rollouts: int
    known: Value | None = None  # from questions before, of other seeds
    seed: int = 0
    reward: ClassVar[None] = None

    @property
    def generator(self) -> str:
        return self.trace.generator

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """`Rolling` and a `Value` after each batch."""
        return rollouts.roll(
            self.trace, self.uid, self.rollouts, batch=BATCH, generator=generator, seed=self.seed, known=self.known,
            stop=stop,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueTree:
    """The values of all prefixes, from a budget of rollouts."""

    trace: Trace
    budget: int
    known: Mapping[int, Value] = field(default_factory=dict)  # by uid, from questions before, of other seeds
    seed: int = 0
    reward: ClassVar[None] = None

    @property
    def generator(self) -> str:
        return self.trace.generator

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """`Rolling` and a `TreeValues` after each batch."""
        return rollouts.value_tree(
            self.trace, self.budget, batch=BATCH, generator=generator, seed=self.seed, known=self.known, stop=stop
        )


@dataclass(frozen=True, slots=True)
class Rescore:
    """All sweeps of a run under another reward."""

    trace: Trace
    reward: str
    generator: ClassVar[None] = None

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """`Rescoring` after each step, a `Rescored` for each sweep."""
        return rescore.rescore(self.trace, reward, stop=stop)


@dataclass(frozen=True, slots=True)
class Words:
    """What each word of a step does to its reward."""

    trace: Trace
    uid: int
    reward: str
    generator: ClassVar[None] = None

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """`Occluding` after each batch, an `Occlusion` at the end."""
        return attribution.occlude(self.trace, self.uid, reward, stop=stop)


@dataclass(frozen=True, slots=True)
class Retell:
    """The rewards of a path with another text in it, beside those of the recorded one."""

    trace: Trace
    uid: int
    text: str
    generator: ClassVar[None] = None

    @property
    def reward(self) -> str:
        return self.trace.reward

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """A `StepRewards` for each step, up to the end of the node's heaviest line."""
        path = edit.edited(self.trace, self.uid, self.text, leaf(self.trace, self.uid))
        return edit.rescore_path(path, reward, stop=stop)


@dataclass(frozen=True, slots=True)
class Grow:
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

    def begin(self, generator: str | Generator, reward: str | RewardModel, stop: Stop) -> Iterator[Any]:
        """The events of the run."""
        return edit.grow(
            self.trace, self.uid, self.text, generator=generator, reward=reward, particles=self.particles, stop=stop
        )


def leaf(trace: Trace, uid: int) -> int:
    """The end of the node's line along its heaviest children."""
    while children := selection.kin(trace, uid).children:
        uid = children[0]
    return uid
