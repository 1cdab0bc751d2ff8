"""A pair with random weights whose steps have a length that is known beforehand: for measuring a shape, not a model.

Everything is computed as for any other pair. Only where a step ends is written down: a model of random weights would
never write a separator.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pfviz.models.base import Sampling
from pfviz.models.causal_lm import CausalLMGenerator, CausalLMSession
from pfviz.models.draft import Draft
from pfviz.problem import SEPARATOR, Problem

FIRST = 0x20000  # the character of id 0: letters without meaning, and above every character that pfviz looks for


class Characters:
    """A tokenizer with one character per id, and the blank line as its last id; no id ends a text."""

    chat_template = None
    bos_token_id = None
    eos_token_id = None

    def __init__(self, size: int) -> None:
        self.separator = size - 1

    def encode(self, text: str, add_special_tokens: bool = False) -> list[int]:
        parts = [[ord(c) - FIRST for c in part] for part in text.split(SEPARATOR)]
        return [i for n, part in enumerate(parts) for i in ([self.separator] if n else []) + part]

    def decode(self, ids: Sequence[int], **_: Any) -> str:
        return "".join(SEPARATOR if i == self.separator else chr(FIRST + i) for i in ids)


def length(uniform: float, around: int) -> int:
    """The tokens of a step, from 3/4 to 5/4 of `around`."""
    low, high = around - around // 4, around + around // 4
    return min(high, low + int(uniform * (high - low + 1)))


def text_of(length: int) -> str:
    """A problem of so many tokens."""
    return "".join(chr(FIRST + i % 1000) for i in range(length))


class ScriptedGenerator(CausalLMGenerator):
    """A generator whose steps take about `around` tokens each."""

    def __init__(self, model: Any, tokenizer: Characters, name: str, around: int) -> None:
        super().__init__(model, tokenizer, name)
        self.around = around
        self.eos = frozenset()

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> ScriptedSession:
        return ScriptedSession(self, self.prompt(problem), particles, seed, sampling)


class ScriptedSession(CausalLMSession):
    """Ends a step where the last of its uniforms says so; its last token counts as the separator."""

    def _judge(self, draft: Draft) -> None:
        assert isinstance(self._generator, ScriptedGenerator)
        if draft.given is None and len(draft.ids) >= length(float(draft.uniforms[-1]), self._generator.around):
            draft.text, draft.end = self._generator.codec.decode(draft.ids[:-1]), "separator"
        elif draft.given is not None:
            super()._judge(draft)
