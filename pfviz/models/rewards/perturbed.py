"""Rewards that are broken on purpose, to see what a broken reward does to the tree.

    pfviz.run(problem, reward=pfviz.perturbed.noisy("embedded", 0.5))
    pfviz.perturbed.capped(pfviz.perturbed.length_bias("naive", per_token=0.05), high=0.9)

Each takes whatever `pfviz.run` takes as a reward and gives a reward model, so they can be put around each other; its
name says what was done, the innermost first. A prefix is scored as the reward model inside does, and the number is
changed. `noisy` and `length_bias` move its log-odds, in which a shift of x multiplies the weight under the potential
`odds` by exp(x); as there, a reward is clipped to [1e-7, 1 - 1e-7] before its log-odds are taken. What is no reward (no
number, or one outside [0, 1]) is handed on as it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pfviz.errors import SettingError
from pfviz.problems.problem import Problem
from pfviz.rng import derive_text_rng
from pfviz.types import (
    Generator,
    IntArray,
    RewardModel,
    RewardSession,
    Step,
    TokenRewards,
    bind_recorded_reward,
    bind_reward,
    read_layer,
    read_token_signal,
    reads_entropies,
    reads_log_probs,
    reads_tokens,
    token_rewards,
)

__all__ = ["capped", "inverted", "length_bias", "noisy"]

EPS = 1e-7


@dataclass(frozen=True, slots=True)
class ScoredPrefix:
    """What was scored."""

    problem: str
    steps: tuple[Step, ...]


RewardChange = Callable[[float, ScoredPrefix], float]
"""A reward in [0, 1] and the prefix that got it -> the reward that is told."""


def noisy(reward: RewardModel, sd: float, seed: int = 0) -> PerturbedReward:
    """The reward with Gaussian noise of mean 0 and standard deviation `sd` on its log-odds.

    The noise follows from the seed, the problem and the texts of the prefix's steps, so that it is a flaw of the reward
    model and not of the measurement: the same prefix has the same noise in every slot, sweep and run. That of different
    prefixes, one and its continuation among them, is independent, and so is that of a `noisy` around another. For the
    same reward and seed it is proportional to `sd`. Raises `SettingError` for an `sd` that is negative or not finite,
    and for a seed that is negative or no whole number.
    """
    _check_finite("sd", sd, low=0)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise SettingError("seed", f"The seed of the noise is {seed!r}; it must be a whole number, 0 or more.")
    what = f"noise {sd:g}" + (f" (seed {seed})" if seed else "")
    return PerturbedReward(reward, what, partial(_add_noise, sd=sd, seed=seed, purpose=f"noise on {reward.name}"))


def length_bias(
    reward: RewardModel, *, per_token: float | None = None, per_character: float | None = None
) -> PerturbedReward:
    """The reward with so much more on its log-odds for every token of the prefix, or for every character of its steps
    (separators do not count); less, where it is negative. Raises `SettingError` unless one of the two is given, and
    finite."""
    if (per_token is None) == (per_character is None):
        raise SettingError("per_token", "Give either per_token or per_character: the log-odds that each of them adds.")
    if per_token is not None:
        _check_finite("per_token", per_token)
        return PerturbedReward(
            reward, f"{per_token:g} per token", partial(_add_length_bias, slope=per_token, count=_count_tokens)
        )
    assert per_character is not None
    _check_finite("per_character", per_character)
    what = f"{per_character:g} per character"
    return PerturbedReward(reward, what, partial(_add_length_bias, slope=per_character, count=_count_characters))


def capped(reward: RewardModel, low: float = 0.0, high: float = 1.0) -> PerturbedReward:
    """The reward, but never below `low` or above `high`: it no longer tells the worst, or the best, from each other.
    Raises `SettingError` unless 0 <= low <= high <= 1."""
    _check_finite("low", low)
    _check_finite("high", high)
    if not 0 <= low <= high <= 1:
        raise SettingError("low", f"The bounds are {low:g} and {high:g}; they must be 0 <= low <= high <= 1.")
    return PerturbedReward(reward, f"cap {low:g} to {high:g}", partial(_cap, low=low, high=high), True)


def inverted(reward: RewardModel) -> PerturbedReward:
    """1 - r: what was good is bad. The log-odds change their sign."""
    return PerturbedReward(reward, "inversion", _invert, True)


class PerturbedReward:
    """A reward model whose every reward goes through a change, named `what`. Where that is `pointwise`, a function of
    the reward alone, what was said at single tokens goes through it too; else nothing is said of them."""

    def __init__(self, reward: RewardModel, what: str, change: RewardChange, pointwise: bool = False) -> None:
        self.name = f"{reward.name} + {what}"
        self.reads_entropies, self.reads_log_probs = reads_entropies(reward), reads_log_probs(reward)
        self.reads_hidden_layer, self.reads_token_signal = read_layer(reward), read_token_signal(reward)
        self.reads_tokens = reads_tokens(reward)
        self.reward = reward
        self.what = what
        self.change = change
        self.pointwise = pointwise

    def bind(self, generator: Generator) -> PerturbedReward:
        """With the reward model inside for what this generator writes."""
        return self._around(bind_reward(self.reward, generator))

    def bind_recorded(self, load_generator: Callable[[], Generator]) -> PerturbedReward:
        """With the reward model inside for steps that were recorded."""
        return self._around(bind_recorded_reward(self.reward, load_generator))

    def _around(self, reward: RewardModel) -> PerturbedReward:
        """The same change around what the reward model inside became; itself, name and all, where it is the same."""
        same = reward is self.reward
        return self if same else PerturbedReward(reward, self.what, self.change, self.pointwise)

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> PerturbedSession:
        """See `RewardModel.open`."""
        inner = self.reward.open(problem, particles=particles, whole=whole)
        return PerturbedSession(inner, self.change, problem, particles, self.pointwise)


class PerturbedSession:
    """The session of the reward model inside, and the steps of each slot so far."""

    def __init__(
        self, inner: RewardSession, change: RewardChange, problem: Problem, particles: int, pointwise: bool = False
    ) -> None:
        self._inner = inner
        self._change = change
        self._pointwise = pointwise
        self._prefixes = [ScoredPrefix(problem.text, ())] * particles
        self.token_rewards: Mapping[int, TokenRewards] = {}

    @property
    def notes(self) -> Sequence[str]:
        """What the session inside has to say."""
        return list(getattr(self._inner, "notes", ()))

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`."""
        found = dict(self._inner.score(steps))
        for slot, step in steps.items():
            before = self._prefixes[slot]
            self._prefixes[slot] = ScoredPrefix(before.problem, (*before.steps, step))
            if 0 <= found.get(slot, math.nan) <= 1:
                found[slot] = self._change(found[slot], self._prefixes[slot])
        said = token_rewards(self._inner) if self._pointwise else {}
        self.token_rewards = {slot: self._perturb_token_rewards(slot, said[slot]) for slot in steps if slot in said}
        return found

    def _perturb_token_rewards(self, slot: int, said: TokenRewards) -> TokenRewards:
        changed = (self._change(reward, self._prefixes[slot]) for reward in said.rewards)
        return TokenRewards(said.ends, tuple(round(reward, 4) for reward in changed))

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._inner.select(ancestors)
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]


def _add_noise(reward: float, prefix: ScoredPrefix, sd: float, seed: int, purpose: str) -> float:
    content = json.dumps([prefix.problem, *(step.text for step in prefix.steps)])  # no two prefixes read the same
    return _shift_log_odds(reward, sd * float(derive_text_rng(seed, purpose, content).standard_normal()))


def _add_length_bias(reward: float, prefix: ScoredPrefix, slope: float, count: Callable[[Step], int]) -> float:
    return _shift_log_odds(reward, slope * sum(map(count, prefix.steps)))


def _count_tokens(step: Step) -> int:
    return len(step.token_ids)


def _count_characters(step: Step) -> int:
    return len(step.text)


def _cap(reward: float, prefix: ScoredPrefix, low: float, high: float) -> float:
    return min(max(reward, low), high)


def _invert(reward: float, prefix: ScoredPrefix) -> float:
    return 1 - reward


def _shift_log_odds(reward: float, by: float) -> float:
    """The reward with its log-odds moved."""
    clipped = min(max(reward, EPS), 1 - EPS)
    odds = math.log(clipped) - math.log1p(-clipped) + by
    small = math.exp(-abs(odds))  # of the side that cannot overflow
    return 1 / (1 + small) if odds >= 0 else small / (1 + small)


def _check_finite(name: str, value: float, low: float = -math.inf) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < low:
        least = " of 0 or more" if low == 0 else ""
        raise SettingError(name, f"{name} is {value!r}; it must be a finite number{least}.")
