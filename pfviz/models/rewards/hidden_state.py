r"""A reward read from the generator's own hidden states: no second model, and no pass of its own.

With h_i the output of one layer at the position from which token i was drawn, a prefix of steps is described by the
mean of h over its last step and the mean over all its steps, x = (step mean, prefix mean), 2H numbers. They are
standardised and weighed, z = Σ w (x - mean) / scale, and what is reported is the calibrated probability that the
solution ends right. Beside what the generator seems to know stands what anybody can check: z has a term v more where an
equation of the prefix does not hold (`pfviz.problems.equations`). So

    r = 1 / (1 + exp(-(a_k + b_k z)))

with an intercept a_k and a slope b_k for each step k (the last ones for all later steps), and others where the solution
is complete. w is fitted with an intercept of its own for every problem (a conditional logit), so that it learns what
tells the solutions of a problem apart and not which problems are hard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pfviz.errors import ModelError
from pfviz.models.rewards.generator_reader import GeneratorReader
from pfviz.problems.equations import has_wrong_equation
from pfviz.problems.problem import Problem
from pfviz.types import BoolArray, Float32Array, FloatArray, Generator, IntArray, Sampling, Step

MAX_LOGIT = 12.0
"""Rewards stay inside of (0, 1): their odds are potentials."""
MIN_LIKENESS = 0.9
"""Correlation of weights above which they are taken for the same ones, rounded otherwise: 4 bits leave about 0.99."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearReading:
    """The numbers of the formula above: `mean`, `scale`, `weight` (2H,) of one layer; `intercepts`, `slopes` (K,) of
    step 1 to K; those of complete solutions."""

    layer: int
    mean: FloatArray
    scale: FloatArray
    weight: FloatArray
    intercepts: FloatArray
    slopes: FloatArray
    complete_intercept: float
    complete_slope: float
    wrong_equation: float = 0.0  # v

    def raw_scores(self, features: FloatArray, has_wrong_equation: BoolArray | bool) -> FloatArray:
        """z (…,) of features (…, 2H), and whether an equation of the prefix does not hold (…,)."""
        z = ((features - self.mean) / self.scale) @ self.weight
        return np.asarray(z + self.wrong_equation * np.asarray(has_wrong_equation))

    def reward(self, raw_score: float, step: int, complete: bool) -> float:
        """r in (0, 1) of a z after that step, 0 is the first."""
        place = min(step, len(self.slopes) - 1)
        intercept, slope = (
            (self.complete_intercept, self.complete_slope)
            if complete
            else (float(self.intercepts[place]), float(self.slopes[place]))
        )
        logit = min(max(intercept + slope * raw_score, -MAX_LOGIT), MAX_LOGIT)
        return 1 / (1 + math.exp(-logit))


@dataclass(frozen=True, slots=True)
class RunningMeans:
    """Sums of the hidden states of a prefix, of its last step and of all steps, with the numbers of tokens; and whether
    one of its equations does not hold."""

    steps: int
    step_sum: Float32Array
    step_tokens: int
    total: FloatArray
    tokens: int
    has_wrong_equation: bool = False

    @classmethod
    def empty(cls, size: int) -> RunningMeans:
        return cls(0, np.zeros(size, np.float32), 0, np.zeros(size), 0)

    def append(self, step: Step) -> RunningMeans:
        """With one step more, which has its `hidden_sum`."""
        added = step.hidden_sum
        assert added is not None
        count = len(step.token_ids)
        wrong = self.has_wrong_equation or has_wrong_equation(step.text)
        return RunningMeans(self.steps + 1, added, count, self.total + added, self.tokens + count, wrong)

    @property
    def features(self) -> FloatArray:
        """(2H,), float64."""
        step_mean = self.step_sum.astype(np.float64) / max(self.step_tokens, 1)
        return np.concatenate([step_mean, self.total / max(self.tokens, 1)])


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a reading was fitted on; see `generator_identity`."""

    generator: str
    weights: str
    prompt: str
    steps: str  # where they end, as `StepRule.place` says it
    weight_sample: tuple[float, ...] = field(default=(), compare=False, repr=False)


class HiddenStateReward:
    """A reward model from a reading. `load_generator` loads the generator that it reads, where steps come without
    hidden states: from a server, or from a trace that is scored anew."""

    def __init__(
        self,
        reading: LinearReading,
        name: str,
        pairing: Pairing,
        load_generator: Callable[[], Generator],
        notes: Sequence[str] = (),
    ) -> None:
        self.reading = reading
        self.name = name
        self.pairing = pairing
        self.load_generator = load_generator
        self.notes = tuple(notes)
        self.reads_hidden_layer = reading.layer
        self.reads_log_probs = False
        self.reads_tokens = False

    def bind(self, generator: Generator) -> HiddenStateReward:
        """The reward for what this generator writes.

        Raises:
            ModelError: it reads the states of other weights. Of weights that are the same but for rounding, of another
                prompt, and of steps that end elsewhere a note says so. A generator whose states cannot be seen is taken
                at its word; a note says so.
        """
        found = generator_identity(generator)
        if found is None:
            note = f"{self.name} cannot see the hidden states of {generator.name}: it reads its texts with "
            made = self._with_notes([f"{note}{self.pairing.generator} on this machine."], self.load_generator)
            made.reads_tokens = True
            return made
        same = found.weights == self.pairing.weights
        if not same and weight_likeness(found.weight_sample, self.pairing.weight_sample) < MIN_LIKENESS:
            raise ModelError(
                f"The reward {self.name} reads the hidden states of {self.pairing.generator}, and {generator.name} has "
                "other weights. Choose that generator, another reward, or fit one for this generator with "
                "`pfviz train-reward`."
            )
        notes = []
        if not same:
            notes.append(
                f"{self.name} was fitted with weights that are near to those of {generator.name}, and not the same: "
                "rounded otherwise, or trained on. Its probabilities may be off."
            )
        if found.prompt != self.pairing.prompt:
            notes.append(f"{self.name} was fitted with another prompt: its probabilities may be off.")
        if found.steps != self.pairing.steps:
            notes.append(
                f"{self.name} was fitted on steps that end {self.pairing.steps}, and these end {found.steps}: its "
                "probabilities may be off. Fit one for these steps with `pfviz train-reward`."
            )
        return self._with_notes(notes, lambda: generator)

    def fits(self, generator: Generator) -> bool:
        """Whether it reads this generator's weights, or the same ones rounded otherwise."""
        found = generator_identity(generator)
        return found is not None and weight_likeness(found.weight_sample, self.pairing.weight_sample) >= MIN_LIKENESS

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> HiddenStateSession:
        """See `RewardModel.open`. A prefix is described as a whole anyhow."""
        return HiddenStateSession(self, problem, particles)

    def _with_notes(self, notes: list[str], load_generator: Callable[[], Generator]) -> HiddenStateReward:
        return HiddenStateReward(self.reading, self.name, self.pairing, load_generator, notes)


class HiddenStateSession:
    """One run's prefixes as running means. `notes` are those of the reward."""

    def __init__(self, reward: HiddenStateReward, problem: Problem, particles: int) -> None:
        self._reward = reward
        self._problem = problem
        self._means = [RunningMeans.empty(len(reward.reading.mean) // 2)] * particles
        sampling = Sampling(hidden_layer=reward.reads_hidden_layer)
        self._reader = GeneratorReader(reward.name, reward.load_generator, problem, particles, sampling)
        self.notes = list(reward.notes)

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`."""
        known = self._reader.complete(steps, lambda step: step.hidden_sum is not None)
        scores = {}
        for slot, step in known.items():
            self._means[slot] = means = self._means[slot].append(step)
            raw_score = float(self._reward.reading.raw_scores(means.features, means.has_wrong_equation))
            scores[slot] = self._reward.reading.reward(raw_score, means.steps - 1, step.finished)
        return scores

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._means = [self._means[int(a)] for a in ancestors]
        self._reader.select(ancestors)


def generator_identity(generator: Generator) -> Pairing | None:
    """What the hidden states of a generator hang on; None for one whose model is not here.

    `weights` and `prompt` are SHA-256: of the parameters' names and shapes with some numbers of each, rounded to
    bfloat16 (so that the number type of a run does not matter); and of the prompt's ids for a fixed problem.
    """
    from pfviz.models.decoding.causal_lm import CausalLMGenerator
    from pfviz.models.hub.fingerprint import hash_ids, hash_weights, sample_weights

    if not isinstance(generator, CausalLMGenerator):
        return None
    prompt = hash_ids(generator.prompt(Problem("1 + 1")))
    model = generator.model
    return Pairing(generator.name, hash_weights(model), prompt, generator.step_rule.place, sample_weights(model))


def weight_likeness(first: Sequence[float], second: Sequence[float]) -> float:
    """The correlation of two samples of weights: 1 for the same ones, near 0 for others; 0 for other shapes."""
    if len(first) != len(second) or len(first) < 2:
        return 0.0
    with np.errstate(invalid="ignore"):
        return float(np.nan_to_num(np.corrcoef(first, second)[0, 1]))
