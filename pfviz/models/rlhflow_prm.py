"""RLHFlow's process reward models (Dong et al., arXiv 2405.07863): a chat in which the user writes a step at a time,
the problem before the first one, and the assistant answers + or -.

A step's reward is the probability of + against - where the assistant's answer begins; its answer to earlier steps
stands in the chat as +. A prefix that is scored as a whole is one turn of the user's, with a blank line between steps,
which are tokenised each on its own.
"""

from __future__ import annotations

from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.heads import TwoWords
from pfviz.models.prefix_reward import Asked, PrefixReward
from pfviz.problem import SEPARATOR, Problem

GOOD, BAD = "+", "-"
_ONE, _TWO = "𝟏", "𝟐"  # stand for texts of the user's: no template has them


class RlhflowPrm(PrefixReward):
    """A reward model from a causal language model and its tokenizer, which has a chat template."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        def last(word: str) -> int:
            return int(tokenizer.encode(word, add_special_tokens=False)[-1])

        if not getattr(tokenizer, "chat_template", None):
            raise ModelError(
                f"The tokenizer of {name} has no chat template, in which RLHFlow's reward models read their steps. "
                "Is it another kind of reward model?"
            )
        super().__init__(TwoWords(model, last(GOOD), last(BAD)), tokenizer, name)
        self._before, self._asking, self._between = _pieces(tokenizer, name)

    def prompt(self, problem: Problem) -> list[int]:
        return self.codec.encode(f"{self._before}{problem.text.strip()}")

    def step(self, text: str, *, first: bool, whole: bool) -> Asked:
        asking = tuple(self.codec.encode(self._asking))
        said = text.strip()  # as templates strip a turn
        if whole:
            return Asked(tuple(self.codec.encode(f" {said}" if first else SEPARATOR + said)), asking)
        lead = () if first else tuple(self.codec.encode(self._between))
        return Asked(lead + tuple(self.codec.encode(f" {said}" if first else said)) + asking)

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, 0]


def _pieces(tokenizer: Any, name: str) -> tuple[str, str, str]:
    """The text of a chat before the user's first words, from their end to where the assistant answers, and from there,
    with a + for an answer, to the user's next words."""
    turns = (("user", _ONE), ("assistant", GOOD), ("user", _TWO))
    chat = [{"role": role, "content": content} for role, content in turns]
    text = str(tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False))
    before, first, rest = text.partition(_ONE)
    middle, second, after = rest.partition(_TWO)
    # What stands between the turns begins as the end does: with the assistant's turn.
    if not (first and second and middle.startswith(after)):
        raise ModelError(
            f"The chat template of {name} gives no chat in which a user's and an assistant's turns alternate."
        )
    return before, after, middle.removeprefix(after)
