r"""Votes of a judge that reasons: K judgements are sampled after each step, and the reward is the share that say Yes.

As ThinkPRM (Khalifa et al., arXiv 2504.16828) has it, a judgement ends with \boxed{Yes} or \boxed{No}. Half a vote is
added on each side, r = (yes + 1/2) / (K + 1), and a judgement without a verdict counts half: of four, all for Yes make
0.9 and not a certainty, whose odds would be infinite. What is drawn follows from the problem and the steps alone, so a
prefix has the same votes in every slot, sweep and run. A note of the trace tells the votes, which are few: their spread
is the noise of the reward.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.continuations import try_continuations
from pfviz.models.judge.chat import encode_judged_step, encode_problem, split_chat
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.models.judge.verdicts import MAX_TOKENS, TEMPERATURE, describe_votes, read_verdict, share_of_votes
from pfviz.models.prm.base import StepTokens
from pfviz.models.prm.branching import BranchingReward, BranchingSession, Prefix
from pfviz.problems.problem import Problem
from pfviz.rng import derive_text_rng


class VotingJudge(BranchingReward):
    """A reward model from a generator's own model: it writes K judgements of each prefix."""

    def __init__(self, generator: CausalLMGenerator, name: str, prompt: JudgePrompt, votes: int) -> None:
        super().__init__(generator, name)
        self._texts = prompt
        self._votes = votes
        after = split_chat(self.tokenization, prompt.system)[1]
        self._question = self.tokenization.encode(prompt.reasoning + after)

    def prompt(self, problem: Problem) -> list[int]:
        return encode_problem(self.tokenization, self._texts, problem)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        return StepTokens(encode_judged_step(self.tokenization, text))

    def read_rows(self, session: BranchingSession, rows: range, prefixes: list[Prefix]) -> list[float]:
        draws = [self._draw(session.problem, prefix) for prefix in prefixes]
        written = try_continuations(
            session.cache, self.model, rows, self._question, np.stack(draws),
            temperature=TEMPERATURE, is_over=self._is_over,
        )  # fmt: skip
        verdicts = [[read_verdict(self.tokenization.decode(one.ids)) for one in some] for some in written]
        session.notes.append(describe_votes(self.name, verdicts))
        return [share_of_votes(some) for some in verdicts]

    def _draw(self, problem: Problem, prefix: Prefix) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        rng = derive_text_rng(0, f"votes of {self.name}", json.dumps([problem.text, *prefix]))
        return rng.random((self._votes, MAX_TOKENS))

    def _is_over(self, ids: Sequence[int]) -> bool:
        if ids[-1] in self.eos:
            return True
        # Only what may have closed a box is worth decoding.
        piece = self.tokenization.decode_token(ids[-1])
        return "}" in piece and read_verdict(self.tokenization.decode(ids[-24:])) is not None
