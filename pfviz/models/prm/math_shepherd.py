"""Math-Shepherd (Wang et al., arXiv 2312.08935): a language model that says + or - at the `ки` after each step.

The sequence is the beginning of a sequence, the problem, and each step with a `ки` after it, all with a space between
them: a SentencePiece tokenizer, which begins every text with a space, gives the parts the ids that they have in the
whole text. A step's reward is the probability of + against - at its `ки`. A prefix that is scored as a whole has one.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.models.prm.heads import TwoTokenLM
from pfviz.problems.problem import Problem

STEP_TAG, GOOD_TOKEN, BAD_TOKEN = "ки", "+", "-"


class MathShepherdPrm(ProcessRewardModel):
    """A reward model from a causal language model and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        def last(word: str) -> int:
            return int(tokenizer.encode(word, add_special_tokens=False)[-1])

        mark, good, bad = last(STEP_TAG), last(GOOD_TOKEN), last(BAD_TOKEN)
        if len({mark, good, bad, tokenizer.unk_token_id}) < 4:
            raise ModelError(
                f"The tokenizer of {name} does not tell {STEP_TAG}, {GOOD_TOKEN} and {BAD_TOKEN} apart, with "
                f"which Math-Shepherd "
                "scores a step. Is it another kind of reward model?"
            )
        super().__init__(TwoTokenLM(model, good, bad), tokenizer, name)
        self._mark = (mark,)
        self._beginning = [] if tokenizer.bos_token_id is None else [int(tokenizer.bos_token_id)]

    def prompt(self, problem: Problem) -> list[int]:
        return self._beginning + self.tokenization.encode(problem.text)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        ids = tuple(self.tokenization.encode(text))
        return StepTokens(ids, self._mark) if whole else StepTokens(ids + self._mark)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 0]
