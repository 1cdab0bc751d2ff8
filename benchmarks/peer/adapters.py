"""Our pair behind the interfaces of its_hub, in the way that favours its_hub most.

Its algorithm hands over texts, all particles at once, and knows no state between two calls: each step starts from the
prompt, each score from the first token. What an adapter can do about that is done: one left-padded `generate` for all
particles, which stops a row at its separator, one right-padded scoring pass that computes two numbers for a token, no
server and no copies in between.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import torch

from benchmarks.scripted import ScriptedGenerator, step_length
from benchmarks.shapes import Pair
from pfviz.problems.problem import SEPARATOR, Problem


class LanguageModelAdapter:
    """its_hub's AbstractLanguageModel: messages in, the next step out."""

    def __init__(self, pair: Pair, problem: Problem) -> None:
        self._generator, self._settings = pair.generator, pair.settings
        self._prompt = self._generator.prompt(problem)
        separator = self._generator.tokenization.encode(SEPARATOR)
        assert len(separator) == 1, "the separator of these pairs is one token"
        self._separator = separator[0]
        self.tokens = 0  # that it wrote

    async def agenerate(self, messages: Sequence[Any], stop: str | None = None, **options: Any) -> Any:
        """A reply without its separator for each conversation; one that ends the solution ends with the model's own
        end of sequence as text, which its_hub looks for."""
        if not isinstance(messages[0], list):
            return (await self.agenerate([messages], stop, **options))[0]
        encode = self._generator.tokenization.encode
        begun = [talk[-1].content if talk[-1].role == "assistant" else "" for talk in messages]
        rows = self._generate([self._prompt + encode(text) for text in begun], float(options["temperature"]))
        return [{"role": "assistant", "content": self._decode_reply(row)} for row in rows]

    @torch.inference_mode()
    def _generate(self, rows: list[list[int]], temperature: float) -> list[list[int]]:
        model = self._generator.model
        longest = max(len(row) for row in rows)
        ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows], device=model.device)
        real = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=model.device)
        most = int(self._settings.get("max_step_tokens", 256))
        limits = self._draw_limits(len(rows), most)
        out = model.generate(
            input_ids=ids,
            attention_mask=real,
            do_sample=True,
            temperature=temperature,
            top_k=0,
            top_p=1.0,
            max_new_tokens=max(limits),
            pad_token_id=0,
            eos_token_id=None if self._is_scripted else [self._separator, *self._generator.eos],
            stopping_criteria=[_RowLengthCriterion(longest, limits)],
        )
        ended = {self._separator, *self._generator.eos} if not self._is_scripted else set()
        found = []
        for new, limit in zip(out[:, longest:].tolist(), limits, strict=True):
            stop = next((i for i, token in enumerate(new) if token in ended), limit - 1)
            found.append(new[: min(stop, limit - 1) + 1])
        self.tokens += sum(len(row) for row in found)
        return found

    @property
    def _is_scripted(self) -> bool:
        return isinstance(self._generator, ScriptedGenerator)

    def _draw_limits(self, rows: int, most: int) -> list[int]:
        if isinstance(self._generator, ScriptedGenerator):
            return [step_length(random.random(), self._generator.around) for _ in range(rows)]
        return [most] * rows

    def _decode_reply(self, row: list[int]) -> str:
        tokenization = self._generator.tokenization
        if row[-1] in self._generator.eos:
            return tokenization.decode(row[:-1]) + END_OF_SOLUTION
        return tokenization.decode(row[:-1] if self._is_scripted or row[-1] == self._separator else row)


END_OF_SOLUTION = "<|end of solution|>"


class _RowLengthCriterion:
    """Each row's own bound, as a stopping criterion of transformers."""

    def __init__(self, start: int, limits: list[int]) -> None:
        self._start, self._limits = start, torch.tensor(limits)

    def __call__(self, ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        return self._limits.to(ids.device) <= ids.shape[1] - self._start


class RewardModelAdapter:
    """its_hub's AbstractProcessRewardModel: whole solutions in, the last step's reward of each out."""

    def __init__(self, pair: Pair, problem: Problem) -> None:
        self._reward = pair.reward
        self._prompt = pair.reward.prompt(problem)

    async def ascore(self, prompt: Any, steps: list[str]) -> list[float]:
        return self.score(prompt, steps)

    @torch.inference_mode()
    def score(self, prompt: Any, steps: list[str]) -> list[float]:
        """`steps` holds a solution so far for each particle, its steps joined by the separator."""
        model, encode, separator = self._reward.model, self._reward.tokenization.encode, self._reward.separator_ids
        rows = []
        for text in steps:
            parts = text.removesuffix(END_OF_SOLUTION).split(SEPARATOR)
            rows.append(self._prompt + [i for part in parts for i in encode(part.strip()) + separator])
        longest = max(len(row) for row in rows)
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=model.device)
        logits = model(input_ids=ids, use_cache=False).logits  # causal: what pads a row comes after it
        last = torch.tensor([len(row) - 1 for row in rows], device=model.device)
        found: list[float] = torch.softmax(logits[torch.arange(len(rows)), last].double(), dim=1)[:, 1].tolist()
        return found
