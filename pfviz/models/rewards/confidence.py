"""The generator's own certainty as the reward: no reward model is asked, and it is the baseline that one has to beat.

With l_k the log-probability of token k at temperature 1, and H_k the entropy in nats of the distribution before it,
over the tokens of the step that was just written, the reward is

- `mean`     exp(mean l_k): the geometric mean of the tokens' probabilities;
- `minimum`  exp(min l_k): that of the least likely token;
- `sum`      exp(Σ l_k): the probability of the step. It punishes length: a step of more tokens is less likely, however
  sure the model was of each;
- `entropy`  exp(-mean H_k): 1 where the model knew every token, 1/V where it knew nothing of a vocabulary of V.

`mean` and `entropy` are those of its_hub, whose later versions weigh a particle by the logit of either
(`core/algorithms/particle_filtering.py`, "self-certainty"), which the potential `odds` does here. Its entropies are of
the 20 most likely tokens, these are of all.

The reward is the step's and not the whole prefix's, as there: the potentials of all steps are multiplied, and in those
of prefixes the first step would count once more for every step after it. What the steps make together is the setting
`aggregation`: `min` of `minimum` is the least likely token so far, `product` of `sum` the probability of all that was
written. With `model` the same formulas are taken over the tokens of the whole prefix.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from pfviz.errors import ModelError
from pfviz.problems.problem import Problem
from pfviz.types import IntArray, Step

PRESET_NAMES = {
    "mean": "confidence",
    "minimum": "confidence-min",
    "sum": "confidence-sum",
    "entropy": "confidence-entropy",
}
"""Kind -> the name of its reward, by which it is a preset."""


class ConfidenceReward:
    """A reward model from the numbers that the generator gives with its steps; raises `ModelError` for a kind that is
    none of `NAMES`."""

    def __init__(self, kind: str = "mean") -> None:
        if kind not in PRESET_NAMES:
            raise ModelError(f"There is no confidence of the kind {kind!r}. Choose one of: {', '.join(PRESET_NAMES)}.")
        self.kind = kind
        self.name = PRESET_NAMES[kind]
        self.reads_entropies = kind == "entropy"
        self.reads_log_probs = not self.reads_entropies
        self.reads_tokens = False

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> ConfidenceSession:
        """See `RewardModel.open`."""
        return ConfidenceSession(self, particles, whole)

    def score_steps(self, steps: Sequence[Step]) -> float:
        """The reward of these steps taken together; NaN where they have no tokens.

        Raises `ModelError` where the generator does not give what this kind needs."""
        if not any(step.token_ids for step in steps):
            return math.nan
        # A probability from elsewhere may be above 1 by rounding.
        return math.exp(min(_LOG_REWARDS[self.kind](steps), 0.0))


class ConfidenceSession:
    """The steps of each slot so far, of which none but the last is kept unless prefixes are scored as a whole."""

    def __init__(self, reward: ConfidenceReward, particles: int, whole: bool) -> None:
        self._reward = reward
        self._whole = whole
        self._prefixes: list[tuple[Step, ...]] = [()] * particles

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; raises `ModelError` where the steps lack what this kind of confidence needs."""
        for slot, step in steps.items():
            self._prefixes[slot] = (*self._prefixes[slot], step) if self._whole else (step,)
        return {slot: self._reward.score_steps(self._prefixes[slot]) for slot in steps}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]


def _mean_log_prob(steps: Sequence[Step]) -> float:
    return _total_log_prob(steps) / sum(len(step.token_ids) for step in steps)


def _total_log_prob(steps: Sequence[Step]) -> float:
    known = [step.log_prob for step in steps if step.log_prob is not None]
    if len(known) < len(steps):
        raise ModelError(
            "This generator tells no log-probabilities, so that nothing is known of its confidence. Choose another "
            "reward."
        )
    return math.fsum(known)


def _min_log_prob(steps: Sequence[Step]) -> float:
    return min(_token_values(steps, "token_log_probs", "the log-probability of each token"))


def _negative_entropy(steps: Sequence[Step]) -> float:
    found = _token_values(steps, "entropies", "the entropy before each token")
    return -math.fsum(found) / len(found)


def _token_values(steps: Sequence[Step], field: str, what: str) -> list[float]:
    """That number of every token; raises `ModelError` where it is not known."""
    for step in steps:
        if len(getattr(step, field)) != len(step.token_ids):
            raise ModelError(
                f"This confidence needs {what}, and the generator gave {len(getattr(step, field))} for a step of "
                f"{len(step.token_ids)} tokens. Choose {PRESET_NAMES['mean']} or {PRESET_NAMES['sum']}, which "
                f"any generator can have."
            )
    return [value for step in steps for value in getattr(step, field)]


_LOG_REWARDS: Mapping[str, Callable[[Sequence[Step]], float]] = {
    "mean": _mean_log_prob,
    "minimum": _min_log_prob,
    "sum": _total_log_prob,
    "entropy": _negative_entropy,
}
"""Kind -> the logarithm of the reward."""
