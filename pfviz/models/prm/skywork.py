"""Skywork-o1-Open-PRM: plain text in lines, and a value at the line break after each line.

The sequence is ids(beginning + problem + line break), then for each line ids(line) and the id of a line break; an empty
line is the line break alone, so there is one between two steps, which a blank line separates. A step's reward is the
sigmoid of the value at the line break after its last line. A prefix that is scored as a whole is one line.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.problems.problem import Problem


class SkyworkPrm(ProcessRewardModel):
    """A reward model from a `Qwen2ForPrmModel` and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        super().__init__(model, tokenizer, name)
        self._beginning = str(tokenizer.bos_token or "")
        self._break = (self.tokenization.encode("\n")[-1],)

    def prompt(self, problem: Problem) -> list[int]:
        return self.tokenization.encode(f"{self._beginning}{problem.text}\n")

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        if whole:
            line = " ".join(text.split("\n"))
            ids, ends = self.tokenization.encode_with_ends(line if first else f" {line}")
            return StepTokens.from_text_ids(ids, ends if first else [end - 1 for end in ends], score_ids=self._break)
        lead = () if first else self._break  # the blank line's own
        ids, ends, start = [], [], 0
        for line in text.split("\n"):
            own, their_ends = self.tokenization.encode_with_ends(line) if line else ([], [])
            ids += [*own, *self._break]
            start += len(line) + 1
            ends += [*(start - len(line) - 1 + end for end in their_ends), start]
        return StepTokens.from_text_ids(ids, ends[:-1], lead=lead)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(logits[:, 0])
