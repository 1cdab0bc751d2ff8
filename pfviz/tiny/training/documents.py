"""Training text made on the fly: documents as token ids with, per token, a weight for the language model and a label.

A document is `<|user|>problem<|assistant|>step\n\nstep\n\n...last step<|end|>`, each part tokenised separately, as the
reward model's protocol and the sessions do it; so no id ever depends on what stands beyond a boundary.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pfviz.tiny import world
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.tokenizer import ASSISTANT, END, SEPARATOR, USER
from pfviz.types import BoolArray, IntArray

Encode = Callable[[str], list[int]]
PROBLEM_WEIGHT = 0.1  # the problem's own text is learned too, lightly: strangers are known by its loss
IGNORED_LABEL = -1


@dataclass(frozen=True, slots=True)
class Document:
    """(L,) ids; (L,) weight of predicting each id; (L,) label: 1 or 0 where the prefix is known right or wrong, else
    -1; (L,) bool `ends`: whether the token is a separator that ends a step, where the reward is read."""

    ids: IntArray
    weights: npt.NDArray[np.float32]
    labels: IntArray
    ends: BoolArray


class DocumentWriter:
    """Turns (task, lines) into documents with one tokenizer."""

    def __init__(self, encode: Encode) -> None:
        self.encode = encode
        (self.user,), (self.assistant,), (self.end,) = encode(USER), encode(ASSISTANT), encode(END)
        (self.separator,) = encode(SEPARATOR)
        self.digits = [token for digit in "0123456789" for token in encode(digit)]

    def prompt(self, text: str) -> list[int]:
        return [self.user, *self.encode(text), self.assistant]

    def generator_document(self, task: Task, lines: Sequence[Line]) -> Document:
        """For the generator: separators between the steps, END after the last."""
        return self._write(task, lines, last=self.end)

    def reward_document(self, task: Task, lines: Sequence[Line]) -> Document:
        """For the reward model: a separator after every step, the last too."""
        return self._write(task, lines, last=self.separator)

    def _write(self, task: Task, lines: Sequence[Line], last: int) -> Document:
        ids = self.prompt(task.text)
        weights = [PROBLEM_WEIGHT] * (len(ids) - 1) + [0.0]
        labels, ends = [IGNORED_LABEL] * len(ids), [False] * len(ids)
        was_ok = True
        for i, line in enumerate(lines):
            words = self.encode(line.text)
            ids += [*words, last if i == len(lines) - 1 else self.separator]
            weights += [1.0] * (len(words) + 1)
            # Inside the first wrong step it is not known which token went wrong; before and after it is.
            inside = 1 if line.ok else IGNORED_LABEL if was_ok else 0
            labels += [inside] * len(words) + [int(line.ok)]
            ends += [False] * len(words) + [True]
            was_ok = line.ok
        return Document(
            np.asarray(ids), np.asarray(weights, dtype=np.float32), np.asarray(labels), np.asarray(ends, dtype=np.bool_)
        )


def misprint(document: Document, digits: Sequence[int], rate: float, rng: random.Random) -> Document:
    """A right solution with a share `rate` of its digits replaced by others: wrong from the first of them on."""
    ids, labels = document.ids.copy(), document.labels.copy()
    printed = [i for i in np.flatnonzero(document.weights == 1) if ids[i] in digits and rng.random() < rate]
    for i in printed:
        ids[i] = rng.choice([digit for digit in digits if digit != ids[i]])
    if printed:
        labels[printed[0] :] = 0
    return replace(document, ids=ids, labels=labels)


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents padded on the right to one length: all (B, L)."""

    ids: IntArray
    weights: npt.NDArray[np.float32]
    labels: IntArray
    ends: BoolArray


def pad(documents: Sequence[Document], filler: int) -> Batch:
    longest = max(len(d.ids) for d in documents)
    shape = (len(documents), longest)
    ids, weights = np.full(shape, filler), np.zeros(shape, np.float32)
    labels, ends = np.full(shape, IGNORED_LABEL), np.zeros(shape, np.bool_)
    for row, d in enumerate(documents):
        n = len(d.ids)
        ids[row, :n], weights[row, :n], labels[row, :n], ends[row, :n] = d.ids, d.weights, d.labels, d.ends
    return Batch(ids, weights, labels, ends)


def batches(documents: Iterator[Document], tokens: int, filler: int, rng: random.Random) -> Iterator[Batch]:
    """Endless batches of about `tokens` tokens; documents of like length go together so that little is padding."""
    while True:
        pool = sorted((next(documents) for _ in range(1024)), key=lambda d: len(d.ids))
        ready: list[Batch] = []
        row: list[Document] = []
        for document in pool:
            row.append(document)
            if len(document.ids) * len(row) >= tokens:
                ready.append(pad(row, filler))
                row = []
        rng.shuffle(ready)
        yield from ready


def solution_documents(
    writer: DocumentWriter, rng: random.Random, slip: float, shares: tuple[float, ...] = world.KIND_SHARES
) -> Iterator[Document]:
    """Endless generator documents from the training part of the world, the kinds in these shares."""
    while True:
        task = world.draw_task(rng, rng.choices(world.KINDS, shares)[0])
        yield writer.generator_document(task, world.write_solution(rng, task, slip))
