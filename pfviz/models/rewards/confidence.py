"""The generator's own certainty as the reward: no reward model is asked, and it is the baseline that one has to beat.

With l_k the log-probability of token k at temperature 1, and H_k the entropy in nats of the distribution before it,
over the tokens of the step that was just written, the reward is

- `mean`      exp(mean l_k): the geometric mean of the tokens' probabilities;
- `minimum`   exp(min l_k): that of the least likely token;
- `sum`       exp(Σ l_k): the probability of the step. It punishes length: a step of more tokens is less likely, however
  sure the model was of each;
- `entropy`   exp(-mean H_k): 1 where the model knew every token, 1/V where it knew nothing of a vocabulary of V;
- `tail`      the same of the last 20 tokens only;
- `certainty` c / (1 + c) of self-certainty, c = mean KL(U || p_k) in nats (Kang et al., arXiv 2502.18581);
- `group`     c / (1 + c) of DeepConf's lowest group confidence (Fu et al., arXiv 2508.15260): c_k is minus the mean
  log-probability of the 20 most likely tokens at token k, and c the least mean of c_k over 16 tokens in a row (there
  2048, of solutions that long), or over all where there are fewer.

The odds of the last two are c itself. What they read of each token (`Sampling.token_signal`) is computed only where it
is asked for, and no trace keeps it: a recorded run is read once more by its generator, if that is here.

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
from dataclasses import dataclass

import numpy as np

from pfviz.errors import ModelError
from pfviz.models.rewards.generator_reader import GeneratorReader
from pfviz.problems.problem import Problem
from pfviz.types import Generator, IntArray, Sampling, Step, TokenSignal

PRESET_NAMES = {
    "mean": "confidence",
    "minimum": "confidence-min",
    "sum": "confidence-sum",
    "entropy": "confidence-entropy",
    "tail": "confidence-tail",
    "certainty": "confidence-certainty",
    "group": "confidence-group",
}
"""Kind -> the name of its reward, by which it is a preset."""
CONFIDENCE_TEXTS = {
    "mean": (
        "mean",
        "How sure the generator itself was of its step: the geometric mean of the tokens' probabilities.",
    ),
    "minimum": (
        "least sure token",
        "How sure the generator was of the token of its step of which it was least sure.",
    ),
    "sum": ("whole step", "How likely the generator found its step as a whole: the longer a step, the less."),
    "entropy": ("entropy", "How little the generator was in doubt about the next token, on average over its step."),
    "tail": ("entropy of the end", "How little the generator was in doubt over the last 20 tokens of its step."),
    "certainty": (
        "self-certainty",
        "How far the generator's distributions were from knowing nothing (KL from uniform), on average over its step.",
    ),
    "group": (
        "lowest group",
        "How few tokens stood a chance where the generator was least sure, 16 tokens at a time (DeepConf).",
    ),
}
"""Kind -> (title, description) of that preset."""
TAIL_TOKENS = 20
GROUP_TOKENS = 16


class ConfidenceReward:
    """A reward model from the numbers that the generator gives with its steps; raises `ModelError` for a kind that is
    none of `PRESET_NAMES`. `load_generator` gives who reads steps that came without them."""

    def __init__(self, kind: str = "mean", load_generator: Callable[[], Generator] | None = None) -> None:
        if kind not in PRESET_NAMES:
            raise ModelError(f"There is no confidence of the kind {kind!r}. Choose one of: {', '.join(PRESET_NAMES)}.")
        self.kind = kind
        self.name = PRESET_NAMES[kind]
        self.load_generator = load_generator
        signal = _FORMULAS[kind].signal
        self.reads_entropies = signal == "entropy"
        self.reads_token_signal: TokenSignal | None = None if self.reads_entropies else signal
        self.reads_log_probs = signal is None
        self.reads_tokens = False

    def bind_recorded(self, load_generator: Callable[[], Generator]) -> ConfidenceReward:
        """The reward for recorded steps, which may lack what it reads; who reads them stays, where that is known."""
        return self if self.load_generator is not None else ConfidenceReward(self.kind, load_generator)

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> ConfidenceSession:
        """See `RewardModel.open`."""
        return ConfidenceSession(self, problem, particles, whole)

    def score_steps(self, steps: Sequence[Step]) -> float:
        """The reward of these steps taken together; NaN where they have no tokens.

        Raises `ModelError` where the generator does not give what this kind needs."""
        if not any(step.token_ids for step in steps):
            return math.nan
        # A probability from elsewhere may be above 1 by rounding.
        return math.exp(min(_FORMULAS[self.kind].log_reward(steps), 0.0))


class ConfidenceSession:
    """The steps of each slot so far, of which none but the last is kept unless prefixes are scored as a whole."""

    def __init__(self, reward: ConfidenceReward, problem: Problem, particles: int, whole: bool) -> None:
        self._reward = reward
        self._whole = whole
        self._prefixes: list[tuple[Step, ...]] = [()] * particles
        self._reader: GeneratorReader | None = None
        signal = _FORMULAS[reward.kind].signal
        if reward.load_generator is not None and signal is not None:
            sampling = Sampling(token_signal=signal)
            self._reader = GeneratorReader(reward.name, reward.load_generator, problem, particles, sampling)

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; raises `ModelError` where the steps lack what this kind of confidence needs."""
        known = steps if self._reader is None else self._reader.complete(steps, self._has_signals)
        for slot, step in known.items():
            self._prefixes[slot] = (*self._prefixes[slot], step) if self._whole else (step,)
        return {slot: self._reward.score_steps(self._prefixes[slot]) for slot in steps}

    def _has_signals(self, step: Step) -> bool:
        told = [len(step.token_signals), *([len(step.entropies)] if self._reward.reads_entropies else [])]
        return bool(step.token_ids) and len(step.token_ids) in told

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]
        if self._reader is not None:
            self._reader.select(ancestors)


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
    return -_mean(_entropies(steps))


def _negative_tail_entropy(steps: Sequence[Step]) -> float:
    return -_mean(_entropies(steps)[-TAIL_TOKENS:])


def _log_self_certainty(steps: Sequence[Step]) -> float:
    return _log_share(_mean(_token_values(steps, "token_signals", "the self-certainty at each token")))


def _log_lowest_group(steps: Sequence[Step]) -> float:
    values = np.array(_token_values(steps, "token_signals", "the 20 most likely tokens at each place"))
    width = min(GROUP_TOKENS, len(values))
    return _log_share(float(np.convolve(values, np.full(width, 1 / width), "valid").min()))


def _log_share(odds: float) -> float:
    """log(odds / (1 + odds)); minus infinity where they are 0."""
    return -math.log1p(1 / odds) if odds > 0 else -math.inf


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _entropies(steps: Sequence[Step]) -> list[float]:
    kept = all(len(step.entropies) == len(step.token_ids) for step in steps)
    return _token_values(steps, "entropies" if kept else "token_signals", "the entropy before each token")


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


@dataclass(frozen=True, slots=True)
class _Formula:
    """The logarithm of a kind's reward, and what it reads of each token's distribution beside the log-probability."""

    log_reward: Callable[[Sequence[Step]], float]
    signal: TokenSignal | None = None


_FORMULAS: Mapping[str, _Formula] = {
    "mean": _Formula(_mean_log_prob),
    "minimum": _Formula(_min_log_prob),
    "sum": _Formula(_total_log_prob),
    "entropy": _Formula(_negative_entropy, "entropy"),
    "tail": _Formula(_negative_tail_entropy, "entropy"),
    "certainty": _Formula(_log_self_certainty, "certainty"),
    "group": _Formula(_log_lowest_group, "top"),
}
"""By kind."""
