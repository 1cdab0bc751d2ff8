"""A chat model in this process as a judge: one pass for each step, with the cache of what was read before.

The judge reads a chat in which the user states the problem and the steps so far. A step is appended to what was read;
the question and the end of the user's turn are fed after it and cut off again once the answer's first token is read, so
that the next step stands where they stood. The reward is

    r = p(Yes) / (p(Yes) + p(No)),

the probabilities of all tokens that say either word (`find_verdict_ids`) added up. Parts are tokenised each on its own.
"""

from __future__ import annotations

import torch

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.judge.chat import encode_judged_step, encode_problem, split_chat
from pfviz.models.judge.prompt import JudgePrompt
from pfviz.models.judge.verdict_words import VerdictWordsLM, find_verdict_ids
from pfviz.models.prm.base import ProcessRewardModel, StepTokens
from pfviz.problems.problem import Problem


class InProcessJudge(ProcessRewardModel):
    """A reward model from a generator's own model and tokenizer, which no second time are in memory."""

    def __init__(self, generator: CausalLMGenerator, name: str, prompt: JudgePrompt) -> None:
        yes, no = find_verdict_ids(generator.tokenization, generator.name)
        super().__init__(VerdictWordsLM(generator.model, [*yes, *no]), generator.tokenization, name)
        self._yes = len(yes)
        self._texts = prompt
        self._after = split_chat(self.tokenization, prompt.system)[1]

    def prompt(self, problem: Problem) -> list[int]:
        return encode_problem(self.tokenization, self._texts, problem)

    def encode_step(self, text: str, *, first: bool, whole: bool) -> StepTokens:
        question = self._texts.whole_question if whole else self._texts.question
        asked = self.tokenization.encode(question + self._after)
        return StepTokens(encode_judged_step(self.tokenization, text), tuple(asked))

    def rewards(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, dim=1)[:, : self._yes].sum(dim=1)
