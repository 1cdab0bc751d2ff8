r"""The answer probe: after each step the generator is let say its answer, and how sure it is of that is the reward.

After a step stands "The answer is \boxed{", and the most likely tokens are written up to the closing brace, at most
12: with p_k their probabilities, the reward is Π p_k, the mass of the answer that the generator would give now. No
judge, no second model: a branch of a few tokens after each step. its_hub's probe
(`core/algorithms/answer_probe_pf.py`) reads the same of answers that are one token. A solution that has said its answer
is as sure as it can be; what counts is before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from pfviz.errors import ModelError
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.continuations import try_continuations
from pfviz.models.prm.base import StepTokens
from pfviz.models.prm.branching import BranchingReward, BranchingSession, Prefix
from pfviz.problems.problem import Problem
from pfviz.types import Generator, RewardSession

NAME = "answer-probe"
QUESTION = "The answer is \\boxed{"
MAX_TOKENS = 12


class AnswerProbeReward:
    """Is bound to the generator of a run, or of a trace that is scored anew."""

    reads_log_probs = False

    def __init__(self) -> None:
        self.name = NAME

    def bind(self, generator: Generator) -> AnswerProbe:
        """The probe of this generator; raises `ModelError` for one that is not computed here."""
        if not isinstance(generator, CausalLMGenerator):
            raise ModelError(
                f"The reward {NAME!r} reads how likely each token of an answer is, and {generator.name} is not "
                "computed here. Choose judge, confidence, or a model of this machine."
            )
        return AnswerProbe(generator)

    def bind_recorded(self, load_generator: Callable[[], Generator]) -> AnswerProbe:
        """The probe of the generator of a recorded run."""
        return self.bind(load_generator())

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """Raises `ModelError`: it is the generator of a run that is probed."""
        raise ModelError(f"The reward {NAME!r} probes the generator of a run. Choose another reward here.")


class AnswerProbe(BranchingReward):
    """The probe of one generator."""

    def __init__(self, generator: CausalLMGenerator) -> None:
        super().__init__(generator, NAME)
        self._generator = generator
        self._question = self.tokenization.encode(QUESTION)

    def prompt(self, problem: Problem) -> list[int]:
        return self._generator.prompt(problem)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        return StepTokens(tuple(self.tokenization.encode(text + (self._generator.step_rule.suffix or " "))))

    def read_rows(self, session: BranchingSession, rows: range, prefixes: list[Prefix]) -> list[float]:
        written = try_continuations(
            session.cache, self.model, rows, self._question, np.zeros((len(rows), 1, MAX_TOKENS)),
            temperature=0.0, is_over=self._is_over,
        )  # fmt: skip
        return [math.exp(min(math.fsum(one.log_probs), 0.0)) for (one,) in written]

    def _is_over(self, ids: Sequence[int]) -> bool:
        return ids[-1] in self.eos or "}" in self.tokenization.decode_token(ids[-1])
