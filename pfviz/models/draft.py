"""A slot's step in the making: its tokens so far, whether it has ended, and the step that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.base import End, Step
from pfviz.models.codec import Codec
from pfviz.problem import has_boxed


@dataclass(slots=True)
class Draft:
    """What one slot has written of its step. `end` is empty until the step is over."""

    uniforms: Any  # (max_step_tokens,) float64
    most: int  # tokens
    given: Step | None = None  # the step that it must become
    ids: list[int] = field(default_factory=list)
    log_prob: float = 0.0
    log_probs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    characters: int = 0  # no fewer than the text has
    text: str = ""
    end: End = ""

    def add(self, token: int, log_prob: float, entropy: float | None) -> None:
        """One more token with its log-probability, nats, and the entropy before it where that is asked for. A given
        step has its own token there."""
        self.ids.append(token if self.given is None else self.given.token_ids[len(self.ids)])
        self.log_prob += log_prob
        self.log_probs.append(_short(log_prob))
        self.entropies += [] if entropy is None else [_short(entropy)]


def _short(value: float) -> float:
    """To six significant digits, about what logits in single precision are good for, so that a trace stays small. It is
    done here and not in the file, so that a run that goes on from a file has the same bits."""
    return float(f"{value:.6g}")


@dataclass(frozen=True, slots=True)
class Endings:
    """When a step is over: at the separator, at an id that ends a sequence, or with so many characters."""

    codec: Codec
    separator: str
    eos: Collection[int]
    most_characters: int

    def judge(self, draft: Draft) -> None:
        """Set the draft's end, and its text, if its last token ended the step."""
        if draft.given is not None:
            draft.end = draft.given.end if len(draft.ids) == len(draft.given.token_ids) else ""
            return
        token = draft.ids[-1]
        if token in self.eos:
            draft.text, draft.end = self.codec.decode(draft.ids[:-1]), "eos"
            return
        piece = self.codec.piece(token)
        draft.characters += len(piece) + 1  # a token may lose a leading space when it is decoded alone
        long = draft.characters >= self.most_characters
        # Decoding is dear; only a token that ends as the separator does can have completed it.
        if piece.endswith(self.separator[-1]) or long:
            draft.text = self.codec.decode(draft.ids)
            if draft.text.endswith(self.separator):
                draft.end = "separator"
            elif len(draft.text) >= self.most_characters:
                draft.end = "characters"
        if not draft.end and len(draft.ids) >= draft.most:
            draft.text, draft.end = self.codec.decode(draft.ids), "tokens"


def check_given(given: Mapping[int, Step], active: Collection[int], most: int, vocabulary: int, name: str) -> None:
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


def close(draft: Draft, *, room: int, after_empty: bool) -> Step:
    """The step of a draft that has ended. It finishes its solution if it says the answer, ends the sequence, is empty
    as the one before it was (`after_empty`), or fills the `room`, in tokens, that the model has for it."""
    if draft.given is not None:
        return draft.given
    text = draft.text.strip()
    boxed = has_boxed(text)
    end: End = "boxed" if boxed and draft.end == "separator" else draft.end
    finished = boxed or end == "eos" or (not text and after_empty) or len(draft.ids) >= room
    return Step(text, tuple(draft.ids), draft.log_prob, finished, end, tuple(draft.log_probs), tuple(draft.entropies))
