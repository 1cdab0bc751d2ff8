"""Who proposes and who scores: the protocols that the loop speaks, and the records they exchange.

A *session* holds what is heavy for one run (the KV cache of every particle) and forks it at `select`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pfviz.errors import ModelError
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.problems.step_rules import StepKind, StepRule

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
TokenSignal = Literal["entropy", "certainty", "top"]
"""Numbers of a distribution over tokens, nats; see `pfviz.models.decoding.sampling`."""
StepEnd = Literal["separator", "eos", "boxed", "tokens", "characters", "failed", ""]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one particle: text without its separator, the ids that were sampled (separator or EOS included)."""

    text: str
    token_ids: tuple[int, ...]
    log_prob: float | None  # of the sampled tokens under the model at temperature 1, nats; None where it is not known
    finished: bool  # the particle writes nothing after this step
    end: StepEnd  # "failed": it could not be written; empty, without tokens, and it finishes the particle
    token_log_probs: tuple[float, ...] = ()  # of each token, at temperature 1, nats; none where they are not known
    entropies: tuple[float, ...] = ()  # of the model's distribution before each token, so too; where they are asked for
    # (H,) float32, summed over the positions from which the tokens were drawn; where a layer is asked for.
    hidden_sum: Float32Array | None = field(default=None, compare=False, repr=False)
    # One number of the model's distribution before each token; where one is asked for. No trace keeps them.
    token_signals: tuple[float, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TokenRewards:
    """What a reward model says at each of its own tokens of a step, which need not be the generator's.

    `rewards[k]` in [0, 1] is of the prefix up to character `ends[k]` (excluded) of the step's text; ends rise. What is
    read at the separator, the step's own reward, is none of them.
    """

    ends: tuple[int, ...]
    rewards: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How steps are drawn. `temperature` 0 is greedy; the bounds end any step and any solution."""

    temperature: float = 0.8
    max_step_tokens: int = 256
    max_step_characters: int = 4000
    entropies: bool = False  # steps are to hold their entropies, which cost a pass over the vocabulary
    token_signal: TokenSignal | None = None  # steps are to hold this number before each token, which costs as much
    hidden_layer: int | None = None  # steps are to hold the sum of this layer's output (1 is the first)
    log_probs: bool = True  # they are to hold their log-probabilities, which some servers compute slowly


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """What a run asks of its generator beside how it draws: where steps end, and what stands before the problem. None
    leaves it as the model's card says."""

    step_kind: StepKind | None = None
    tokens_per_step: int = 32  # of the kind "tokens"
    min_step_tokens: int = 1
    joins_headings: bool = True
    system: str | None = None  # empty: no system's turn
    examples: tuple[tuple[str, str], ...] | None = None  # problems with solutions

    def change_rule(self, rule: StepRule) -> StepRule:
        """The model's own rule as these options have it."""
        kind = self.step_kind or rule.kind
        separator = rule.separator if kind == rule.kind else SEPARATOR
        return StepRule(kind, separator, self.tokens_per_step, self.min_step_tokens, self.joins_headings)


StepProgress = Iterator[Mapping[int, Step] | int]
NO_STEPS: Mapping[int, Step] = MappingProxyType({})


class GeneratorSession(Protocol):
    def extend(self, active: Sequence[int], step: int, given: Mapping[int, Step] = NO_STEPS) -> StepProgress:
        """Write one step for each active slot. Yields the running count of tokens (an int) after each token
        column, so that the caller can stop in between by closing the iterator; the last item is the mapping
        slot -> `Step`.

        The active slots in `given` take on that step, token by token, instead of drawing one: a pinned particle, or
        the past of a run that goes on. What the others draw does not depend on it."""
        ...

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        ...


@runtime_checkable
class Generator(Protocol):
    name: str

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> GeneratorSession:
        """A session with `particles` slots, each at the end of the prompt."""
        ...


class RewardSession(Protocol):
    """A session whose model scores every token may have an attribute `token_rewards`, a mapping slot -> `TokenRewards`
    of what it scored last."""

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """Reward in [0, 1] of each given slot's prefix once its new step is appended (the prefix is kept). A value that
        is not finite says that there is none."""
        ...

    def select(self, ancestors: IntArray) -> None: ...


@runtime_checkable
class RewardModel(Protocol):
    name: str

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """A session with `particles` slots without steps. `whole`: every prefix is scored as one text, with one
        separator at its end, instead of with one after each step."""
        ...


NO_TOKEN_REWARDS: Mapping[int, TokenRewards] = MappingProxyType({})


def token_rewards(session: RewardSession) -> Mapping[int, TokenRewards]:
    """What the session says of the tokens that it scored last, by slot; nothing, where its model scores steps only."""
    told: Mapping[int, TokenRewards] = getattr(session, "token_rewards", NO_TOKEN_REWARDS)
    return told


def draft_texts(session: GeneratorSession) -> Mapping[int, str]:
    """What the session is writing, by slot: what its method of this name says; nothing, where it has none."""
    read: Callable[[], Mapping[int, str]] | None = getattr(session, "draft_texts", None)
    return {} if read is None else read()


def reads_entropies(reward: RewardModel) -> bool:
    """Whether the reward model says of itself, by an attribute of this name, that it reads the entropies of steps."""
    return bool(getattr(reward, "reads_entropies", False))


def read_layer(reward: RewardModel) -> int | None:
    """The layer of the generator that the reward model says, by an attribute `reads_hidden_layer`, that it reads."""
    layer: int | None = getattr(reward, "reads_hidden_layer", None)
    return layer


def read_token_signal(reward: RewardModel) -> TokenSignal | None:
    """The number of each token's distribution that the reward model says, by an attribute `reads_token_signal`, that it
    reads."""
    signal: TokenSignal | None = getattr(reward, "reads_token_signal", None)
    return signal


def configure_generator(generator: Generator, options: WritingOptions) -> Generator:
    """The generator as a run asks it to write: what its method `configure` makes of it. One without such a method
    writes as it does; raises `ModelError` where something else is asked for."""
    configure: Callable[[WritingOptions], Generator] | None = getattr(generator, "configure", None)
    if configure is not None:
        return configure(options)
    asked = {
        "step_rule": options.step_kind,
        "min_step_tokens": options.min_step_tokens > 1,
        "system": options.system,
        "examples": options.examples,
    }
    if named := [name for name, value in asked.items() if value]:
        raise ModelError(
            f"The generator {generator.name} takes no {', '.join(named)}: it decides by itself what a step is and what "
            "it is asked. Leave that setting out."
        )
    return generator


def bind_reward(reward: RewardModel, generator: Generator) -> RewardModel:
    """The reward model for what this generator writes: itself, unless it has a method `bind`, which raises `ModelError`
    where the two do not belong together."""
    bind: Callable[[Generator], RewardModel] | None = getattr(reward, "bind", None)
    return reward if bind is None else bind(generator)


def bind_recorded_reward(reward: RewardModel, load_generator: Callable[[], Generator]) -> RewardModel:
    """The reward model for steps that were recorded, or typed: itself, unless it has a method `bind_recorded`, as one
    that needs the generator to read them has. `load_generator` gives the generator of the recorded run."""
    bind: Callable[[Callable[[], Generator]], RewardModel] | None = getattr(reward, "bind_recorded", None)
    return reward if bind is None else bind(load_generator)


def reads_log_probs(reward: RewardModel) -> bool:
    """Whether the reward model reads the log-probabilities of steps: unless it says of itself that it does not, by an
    attribute of this name."""
    return bool(getattr(reward, "reads_log_probs", True))


def reads_tokens(reward: RewardModel) -> bool:
    """Whether the reward model reads the tokens of every step in a pass of its own: unless it says of itself that it
    does not, by an attribute of this name."""
    return bool(getattr(reward, "reads_tokens", True))
