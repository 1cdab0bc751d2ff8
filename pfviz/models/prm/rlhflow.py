"""RLHFlow's process reward models (Dong et al., arXiv 2405.07863): a chat in which the user writes a step at a time,
the problem before the first one, and the assistant answers + or -.

A step's reward is the probability of + against - where the assistant's answer begins; its answer to earlier steps
stands in the chat as +. A prefix that is scored as a whole is one turn of the user's, with a blank line between steps,
which are tokenised each on its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.models.prm.heads import TwoTokenLM
from pfviz.problems.problem import SEPARATOR, Problem

GOOD_TOKEN, BAD_TOKEN = "+", "-"
_FIRST_PLACEHOLDER, _SECOND_PLACEHOLDER = "𝟏", "𝟐"  # stand for texts of the user's: no template has them


class RlhflowPrm(ProcessRewardModel):
    """A reward model from a causal language model and its tokenizer, which has a chat template."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        def last(word: str) -> int:
            return int(tokenizer.encode(word, add_special_tokens=False)[-1])

        if not getattr(tokenizer, "chat_template", None):
            raise ModelError(
                f"The tokenizer of {name} has no chat template, in which RLHFlow's reward models read their steps. "
                "Is it another kind of reward model?"
            )
        super().__init__(TwoTokenLM(model, last(GOOD_TOKEN), last(BAD_TOKEN)), tokenizer, name)
        self._before, self._asking, self._between = self._split_template()

    def prompt(self, problem: Problem) -> list[int]:
        before = self._before if problem.asked_at is None else self._split_template(problem.asked_at)[0]
        return self.tokenization.encode(f"{before}{problem.text.strip()}")

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        asking = tuple(self.tokenization.encode(self._asking))
        said = text.strip()  # as templates strip a turn
        if whole:
            return StepTokens(tuple(self.tokenization.encode(f" {said}" if first else SEPARATOR + said)), asking)
        lead = () if first else tuple(self.tokenization.encode(self._between))
        return StepTokens(lead + tuple(self.tokenization.encode(f" {said}" if first else said)) + asking)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 0]

    def _split_template(self, asked_at: datetime | None = None) -> tuple[str, str, str]:
        """The text of a chat before the user's first words, from their end to where the assistant answers, and from
        there, with a + for an answer, to the user's next words."""
        turns = (("user", _FIRST_PLACEHOLDER), ("assistant", GOOD_TOKEN), ("user", _SECOND_PLACEHOLDER))
        text = self.tokenization.render_turns(turns, asked_at)
        before, first, rest = text.partition(_FIRST_PLACEHOLDER)
        middle, second, after = rest.partition(_SECOND_PLACEHOLDER)
        # What stands between the turns begins as the end does: with the assistant's turn.
        if not (first and second and middle.startswith(after)):
            raise ModelError(
                f"The chat template of {self.name} gives no chat in which a user's and an assistant's turns alternate."
            )
        return before, after, middle.removeprefix(after)
