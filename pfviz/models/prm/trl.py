"""A process reward model in the convention of TRL's `PRMTrainer`: a token classifier with two labels.

The sequence is ids(prompt) + Σ (ids(step) + ids(separator)), each part tokenised on its own, as joining the text first
costs accuracy. A step's reward is the probability of class 1 at the last token of the separator after it.

A prefix that is scored as a whole has one separator, at its end, and a line break between steps (a blank line, where
the separator is another one).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.problems.problem import SEPARATOR, Problem

LINE_BREAK = "\n"


class TokenClassifierReward(ProcessRewardModel):
    """A reward model from a two-label token classifier and its tokenizer.

    Before the first step stand the beginning-of-sequence token, if there is one, and the problem, as PRMTrainer has it;
    or, of a model that was trained in a `chat`, the tokenizer's template ending where the assistant speaks. `chat` is
    taken from the model's config ("prm_chat") unless it is given. `prompt` maps a problem to other ids.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        *,
        separator: str = SEPARATOR,
        system: str | None = None,
        chat: bool | None = None,
        prompt: Callable[[Problem], list[int]] | None = None,
    ) -> None:
        if model.config.num_labels != 2:
            raise ModelError(
                f"{name} has {model.config.num_labels} labels; a process reward model of this convention has 2 "
                "(class 1: the steps so far are right)."
            )
        super().__init__(model, tokenizer, name, system=system)
        in_chat = bool(getattr(model.config, "prm_chat", False)) if chat is None else chat
        self._prompt = prompt or (self.tokenization.prompt if in_chat else self.tokenization.plain_prompt)
        self.separator_ids = self.tokenization.encode(separator)
        if not self.separator_ids:
            raise ModelError(f"The tokenizer of {name} turns the separator {separator!r} into no tokens.")
        # Joined by the separator itself, the steps would read as if each had been followed by it.
        self._joint = tuple(self.tokenization.encode(SEPARATOR if separator != SEPARATOR else LINE_BREAK))

    def prompt(self, problem: Problem) -> list[int]:
        return self._prompt(problem)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        ids, ends = self.tokenization.encode_with_ends(text)
        if whole:
            return StepTokens.from_text_ids(ids, ends, score_ids=self.separator_ids, lead=() if first else self._joint)
        return StepTokens.from_text_ids([*ids, *self.separator_ids], ends)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 1]


class LineBreakTokenClassifierReward(TokenClassifierReward):
    """One whose steps are followed by one line break, which is what PRMTrainer takes unless it is told otherwise."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        super().__init__(model, tokenizer, name, separator=LINE_BREAK)
