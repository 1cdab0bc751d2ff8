"""Text to token ids and back, through a transformers tokenizer."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.decoding.dated_template import FUNCTION, set_date
from pfviz.problems.problem import Problem


class Tokenization:
    """A tokenizer as the adapters need it: plain encoding, prompts, exact decoding. Safe in several threads.

    `system` is the system's turn of a chat, `examples` are problems with solutions that stand before the problem.
    """

    def __init__(self, tokenizer: Any, system: str | None = None, examples: Sequence[tuple[str, str]] = ()) -> None:
        self._tokenizer = tokenizer
        self._system = system
        self._examples = tuple(examples)
        self._lock = threading.Lock()  # a fast tokenizer refuses to be used while another thread configures it
        self._pieces: dict[int, str] = {}

    def with_turns(self, system: str | None, examples: Sequence[tuple[str, str]] | None) -> Tokenization:
        """The same tokenizer with another system's turn and other examples; None leaves them as they are."""
        made = copy.copy(self)  # with the same lock
        made._system = self._system if system is None else system
        made._examples = self._examples if examples is None else tuple(examples)
        return made

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without any special token added."""
        with self._lock:
            return [int(i) for i in self._tokenizer.encode(text, add_special_tokens=False)]

    def encode_with_ends(self, text: str) -> tuple[list[int], list[int]]:
        """The ids of a text, and how many of its characters have been read with each; 0 where a slow tokenizer does not
        know."""
        if not getattr(self._tokenizer, "is_fast", False):
            ids = self.encode(text)
            return ids, [0] * len(ids)
        with self._lock:
            found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return [int(i) for i in found["input_ids"]], [int(end) for _, end in found["offset_mapping"]]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special tokens have none."""
        with self._lock:
            return str(self._tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def decode_token(self, token: int) -> str:
        """The text of one token on its own (kept: the loop asks at every token)."""
        if token not in self._pieces:
            self._pieces[token] = self.decode([token])
        return self._pieces[token]

    def prompt(self, problem: Problem) -> list[int]:
        """The ids before the first step: the tokenizer's chat template ending where the assistant speaks, or, without
        a template, the beginning-of-sequence token (if there is one) and the problem, after the examples as a text
        that goes on in their manner."""
        if self.has_template:
            ids = self.encode(self._render_chat(problem))
        elif self._examples:
            ids = self._bos + self.encode(self._render_examples(problem))
        else:
            ids = self.plain_prompt(problem)
        if not ids:
            raise ModelError("The tokenizer turns the problem into no tokens at all; check its files.")
        return ids

    @property
    def has_template(self) -> bool:
        """Whether the tokenizer has a chat template."""
        return bool(getattr(self._tokenizer, "chat_template", None))

    def plain_prompt(self, problem: Problem) -> list[int]:
        """The beginning-of-sequence token, if there is one, and the problem: no chat."""
        return self._bos + self.encode(problem.text)

    @property
    def _bos(self) -> list[int]:
        return [] if self.beginning is None else [self.beginning]

    @property
    def beginning(self) -> int | None:
        """The id that stands for the beginning of a sequence."""
        value = self._tokenizer.bos_token_id
        return None if value is None else int(value)

    def _render_examples(self, problem: Problem) -> str:
        """A text of problems with solutions that is to be continued by the last one's."""
        before = [self._system] if self._system else []
        worked = [f"Problem: {asked}\nSolution: {answer}" for asked, answer in self._examples]
        return "\n\n".join([*before, *worked, f"Problem: {problem.text}\nSolution:"])

    def _render_chat(self, problem: Problem) -> str:
        """The chat up to where the assistant speaks. Some templates refuse a system's turn: then the user says it."""
        from jinja2.exceptions import TemplateError

        def text(*turns: tuple[str, str]) -> str:
            return self.render_turns(turns, problem.asked_at)

        turns = [turn for asked, answer in self._examples for turn in (("user", asked), ("assistant", answer))]
        turns.append(("user", problem.text))
        if not self._system:
            return text(*turns)
        try:
            return text(("system", self._system), *turns)
        except TemplateError:
            (_, first), *rest = turns
            return text(("user", f"{self._system}\n\n{first}"), *rest)

    def render_turns(self, turns: Sequence[tuple[str, str]], asked_at: datetime | None = None, **variables: Any) -> str:
        """The text of (role, content) up to where the assistant speaks, in the tokenizer's chat template, which may
        read further variables. One that asks what day it is gets the time at which the problem was asked."""
        chat = [{"role": role, "content": content} for role, content in turns]
        options: dict[str, Any] = {"add_generation_prompt": True, "tokenize": False, **variables}
        if asked_at is not None and FUNCTION in str(self._tokenizer.chat_template):
            options["chat_template"] = set_date(self._tokenizer.get_chat_template(), asked_at)
        with self._lock:
            return str(self._tokenizer.apply_chat_template(chat, **options))

    @property
    def eos(self) -> int | None:
        """The tokenizer's own end-of-sequence id."""
        value = self._tokenizer.eos_token_id
        return None if value is None else int(value)


def collect_ids(*values: int | Sequence[int] | None) -> frozenset[int]:
    """All ids of values as configs have them: one id, several, or None."""
    several = [[] if value is None else [value] if isinstance(value, int) else value for value in values]
    return frozenset(int(i) for ids in several for i in ids)
