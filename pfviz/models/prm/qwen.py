"""Qwen2.5-Math-PRM (Zhang et al., arXiv 2501.07301): a chat whose assistant's turn has `<extra_0>` after each step.

A step's reward is the probability of class 1 at the `<extra_0>` after it. As that is a token of its own, a solution cut
at its steps has the ids of the whole text. A prefix that is scored as a whole has one `<extra_0>`, at its end, and a
blank line between steps; its steps are tokenised each on its own.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.problems.problem import SEPARATOR, Problem

STEP_TAG = "<extra_0>"
SYSTEM_PROMPT = "Please reason step by step, and put your final answer within \\boxed{}."


class QwenPrm(ProcessRewardModel):
    """A reward model from a `Qwen2ForProcessRewardModel` and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, name: str, *, system: str = SYSTEM_PROMPT) -> None:
        super().__init__(model, tokenizer, name, system=system)
        mark = self.tokenization.encode(STEP_TAG)
        if len(mark) != 1:
            raise ModelError(
                f"The tokenizer of {name} has no token {STEP_TAG}, at which a Qwen2.5-Math-PRM scores a step. Is it "
                "another kind of reward model?"
            )
        self._mark = (mark[0],)
        self._joint = tuple(self.tokenization.encode(SEPARATOR))

    def prompt(self, problem: Problem) -> list[int]:
        return self.tokenization.prompt(problem)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        ids, ends = self.tokenization.encode_with_ends(text)
        if whole:
            return StepTokens.from_text_ids(ids, ends, score_ids=self._mark, lead=() if first else self._joint)
        return StepTokens.from_text_ids([*ids, *self._mark], ends)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 1]
