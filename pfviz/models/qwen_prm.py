"""Qwen2.5-Math-PRM (Zhang et al., arXiv 2501.07301): a chat whose assistant's turn has `<extra_0>` after each step.

A step's reward is the probability of class 1 at the `<extra_0>` after it. As that is a token of its own, a solution cut
at its steps has the ids of the whole text. A prefix that is scored as a whole has one `<extra_0>`, at its end, and a
blank line between steps; its steps are tokenised each on its own.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.prefix_reward import Asked, PrefixReward
from pfviz.problem import SEPARATOR, Problem

MARK = "<extra_0>"
SYSTEM = "Please reason step by step, and put your final answer within \\boxed{}."


class QwenPrm(PrefixReward):
    """A reward model from a `Qwen2ForProcessRewardModel` and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, name: str, *, system: str = SYSTEM) -> None:
        super().__init__(model, tokenizer, name, system=system)
        mark = self.codec.encode(MARK)
        if len(mark) != 1:
            raise ModelError(
                f"The tokenizer of {name} has no token {MARK}, at which a Qwen2.5-Math-PRM scores a step. Is it "
                "another kind of reward model?"
            )
        self._mark = (mark[0],)
        self._joint = tuple(self.codec.encode(SEPARATOR))

    def prompt(self, problem: Problem) -> list[int]:
        return self.codec.prompt(problem)

    def step(self, text: str, *, first: bool, whole: bool) -> Asked:
        ids, ends = self.codec.encode_with_ends(text)
        if whole:
            return Asked.of(ids, ends, asking=self._mark, lead=() if first else self._joint)
        return Asked.of([*ids, *self._mark], ends)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 1]
