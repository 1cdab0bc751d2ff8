"""A pair with random weights whose steps have a length that is known beforehand: for measuring a shape, not a model.

Everything is computed as for any other pair. Only where a step ends is written down: a model of random weights would
never write a separator.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.causal_lm_session import CausalLMSession
from pfviz.models.decoding.step_builder import StepBuilder
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.types import Sampling

FIRST_CHARACTER = (
    0x20000  # the character of id 0: letters without meaning, and above every character that pfviz looks for
)


class CharacterTokenizer:
    """A tokenizer with one character per id, and the blank line as its last id; no id ends a text."""

    chat_template = None
    bos_token_id = None
    eos_token_id = None

    def __init__(self, size: int) -> None:
        self.separator = size - 1

    def encode(self, text: str, add_special_tokens: bool = False) -> list[int]:
        parts = [[ord(c) - FIRST_CHARACTER for c in part] for part in text.split(SEPARATOR)]
        return [i for n, part in enumerate(parts) for i in ([self.separator] if n else []) + part]

    def decode(self, ids: Sequence[int], **_: Any) -> str:
        return "".join(SEPARATOR if i == self.separator else chr(FIRST_CHARACTER + i) for i in ids)


def step_length(uniform: float, around: int) -> int:
    """The tokens of a step, from 3/4 to 5/4 of `around`."""
    low, high = around - around // 4, around + around // 4
    return min(high, low + int(uniform * (high - low + 1)))


def problem_text(length: int) -> str:
    """A problem of so many tokens."""
    return "".join(chr(FIRST_CHARACTER + i % 1000) for i in range(length))


class ScriptedGenerator(CausalLMGenerator):
    """A generator whose steps take about `around` tokens each."""

    def __init__(self, model: Any, tokenizer: CharacterTokenizer, name: str, around: int) -> None:
        super().__init__(model, tokenizer, name)
        self.around = around
        self.eos = frozenset()

    def open(self, problem: Problem, *, particles: int, seed: int, sampling: Sampling) -> ScriptedSession:
        return ScriptedSession(self, self.prompt(problem), particles, seed, sampling)


class ScriptedSession(CausalLMSession):
    """Ends a step where the last of its uniforms says so; its last token counts as the separator."""

    def _check_end(self, builder: StepBuilder) -> None:
        assert isinstance(self._generator, ScriptedGenerator)
        if builder.given_step is None and len(builder.ids) >= step_length(
            float(builder.uniforms[-1]), self._generator.around
        ):
            builder.text, builder.end = self._generator.tokenization.decode(builder.ids[:-1]), "separator"
        elif builder.given_step is not None:
            super()._check_end(builder)
