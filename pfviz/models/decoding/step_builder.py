"""A slot's step in the making: its tokens so far, whether it has ended, and the step that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.answers import has_boxed
from pfviz.problems.step_rules import StepRule
from pfviz.types import Step, StepEnd

TAIL_CHARACTERS = 24
"""In which it shows whether a rule is worth asking."""


@dataclass(slots=True)
class StepBuilder:
    """What one slot has written of its step. `end` is empty until the step is over."""

    uniforms: Any  # (max_step_tokens,) float64
    max_tokens: int
    given_step: Step | None = None  # the step that it must become
    before: str = ""  # what opened the block that it begins in, see `blocks.open_block_after`
    carried: str = ""  # what the last token of the step before wrote of this one, see `step_rules`
    ids: list[int] = field(default_factory=list)
    log_prob: float = 0.0
    log_probs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    characters: int = 0  # no fewer than the text has
    tail: str = ""  # about the last characters of the text: the tokens as they are decoded alone
    text: str = ""
    rest: str = ""  # what the last token wrote of the next step
    end: StepEnd = ""

    def add(self, token: int, log_prob: float, entropy: float | None) -> None:
        """One more token with its log-probability, nats, and the entropy before it where that is asked for. A given
        step has its own token there."""
        self.ids.append(token if self.given_step is None else self.given_step.token_ids[len(self.ids)])
        self.log_prob += log_prob
        self.log_probs.append(_round_to_six_digits(log_prob))
        self.entropies += [] if entropy is None else [_round_to_six_digits(entropy)]


def _round_to_six_digits(value: float) -> float:
    """To six significant digits, about what logits in single precision are good for, so that a trace stays small. It is
    done here and not in the file, so that a run that goes on from a file has the same bits."""
    return float(f"{value:.6g}")


@dataclass(frozen=True, slots=True)
class EndDetector:
    """When a step is over: where its rule says so, at an id that ends a sequence, or with so many characters."""

    tokenization: Tokenization
    rule: StepRule
    eos: Collection[int]
    max_characters: int

    def detect_end(self, builder: StepBuilder) -> None:
        """Set the builder's end, and its text, if its last token ended the step."""
        if builder.given_step is not None:
            builder.end = builder.given_step.end if len(builder.ids) == len(builder.given_step.token_ids) else ""
            if builder.end in ("separator", "boxed"):
                self._cut_by_rule(builder, self.decode(builder))  # for the rest alone: the step is as it is
            return
        token = builder.ids[-1]
        if token in self.eos:
            builder.text, builder.end = self.decode(builder, without=1), "eos"
            return
        piece = self.tokenization.decode_token(token)
        builder.tail = builder.tail[-TAIL_CHARACTERS:] + piece
        builder.characters += len(piece) + 1  # a token may lose a leading space when it is decoded alone
        long = builder.characters >= self.max_characters
        # Decoding is dear; most tokens cannot have ended a step.
        may_end = self.rule.may_end(builder.tail, len(builder.ids))
        if may_end or long:
            builder.text = self.decode(builder)
            if may_end and self._cut_by_rule(builder, builder.text):
                builder.end = "separator"
            elif len(builder.text) >= self.max_characters:
                builder.end = "characters"
        if not builder.end and len(builder.ids) >= builder.max_tokens:
            builder.text, builder.end = self.decode(builder), "tokens"

    def decode(self, builder: StepBuilder, without: int = 0) -> str:
        """The text of a step so far, or without so many of its last tokens."""
        return builder.carried + self.tokenization.decode(builder.ids[: len(builder.ids) - without])

    def _cut_by_rule(self, builder: StepBuilder, text: str) -> bool:
        """Whether the last token showed that the step is over; its text and its rest are then set."""
        if self.rule.find_cut(text, builder.before) is None:
            return False
        cut = self.rule.find_cut(text, builder.before, len(self.decode(builder, without=1)))
        if cut is None:
            return False
        builder.text, builder.rest = text[: cut.start], text[cut.end :]
        return True


def check_given_steps(
    given: Mapping[int, Step], active: Collection[int], most: int, vocabulary: int, name: str
) -> None:
    """Raise `ModelError` unless each given step is an active slot's, and one that the model of that name can have made:
    with an end, and 1 to `most` ids from a vocabulary of that size."""
    for slot, step in given.items():
        ids = step.token_ids
        if slot not in active:
            raise ModelError(f"Slot {slot} is given a step and is not active.")
        if not 1 <= len(ids) <= most or not all(0 <= i < vocabulary for i in ids) or not step.end:
            raise ModelError(
                f"The step given to slot {slot} is none of {name}: a step has 1 to {most} token ids from 0 to "
                f"{vocabulary - 1}, and an end. Was it recorded with another model?"
            )


def build_step(builder: StepBuilder, *, room: int, after_empty: bool) -> Step:
    """The step of a builder that has ended. It finishes its solution if it says the answer, ends the sequence, is empty
    as the one before it was (`after_empty`), or fills the `room`, in tokens, that the model has for it."""
    if builder.given_step is not None:
        return builder.given_step
    text = builder.text.strip()
    boxed = has_boxed(text)
    end: StepEnd = "boxed" if boxed and builder.end == "separator" else builder.end
    finished = boxed or end == "eos" or (not text and after_empty) or len(builder.ids) >= room
    return Step(
        text, tuple(builder.ids), builder.log_prob, finished, end, tuple(builder.log_probs), tuple(builder.entropies)
    )
