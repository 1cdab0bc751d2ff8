"""Solutions as token ids with labels, in the convention of TRL's `PRMTrainer`, and the batches of a training.

The sequence is ids(prompt) + Σ (ids(step) + ids(separator)), each part tokenised on its own, with a label at the last
token of each separator: where `TokenClassifierReward` reads the reward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pfviz.models.decoding.tokenization import Tokenization
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.reward_training.prm.labelled import LabelledProblem
from pfviz.rng import derive_rng

NO_LABEL = -100
"""What PyTorch's cross entropy leaves out."""
WINDOW = 16
"""Batches whose rows are sorted by length together, so that little is computed for padding."""


@dataclass(frozen=True, slots=True)
class Row:
    """A solution: its ids and the label at each of them, `NO_LABEL` where there is none."""

    ids: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many labels there are."""
        return sum(label != NO_LABEL for label in self.labels)


def encode_solution(
    tokenization: Tokenization, problem: str, steps: Sequence[str], labels: Sequence[bool], max_tokens: int
) -> Row:
    """The row of a solution, cut after `max_tokens` as TRL cuts it."""
    separator = tokenization.encode(SEPARATOR)
    ids = tokenization.plain_prompt(Problem(problem))
    marks = [NO_LABEL] * len(ids)
    for text, label in zip(steps, labels, strict=True):
        part = [*tokenization.encode(text), *separator]
        ids += part
        marks += [NO_LABEL] * (len(part) - 1) + [int(label)]
    return Row(tuple(ids[:max_tokens]), tuple(marks[:max_tokens]))


def encode_problems(tokenization: Tokenization, problems: Sequence[LabelledProblem], max_tokens: int) -> list[Row]:
    """The rows of all solutions; those whose first label lies beyond `max_tokens` are left out."""
    rows = (
        encode_solution(tokenization, one.sample.problem, [step.text for step in solution.steps], labels, max_tokens)
        for one in problems
        for solution, labels in zip(one.sample.solutions, one.labels, strict=True)
    )
    return [row for row in rows if row.count]


def draw_batches(lengths: Sequence[int], size: int, epoch: int, seed: int) -> list[list[int]]:
    """The rows of each batch of an epoch: every row once, in random order, with rows of like length together."""
    rng = derive_rng(seed, "batches", epoch)
    order = rng.permutation(len(lengths))
    batches: list[list[int]] = []
    for start in range(0, len(order), WINDOW * size):
        window = sorted(order[start : start + WINDOW * size].tolist(), key=lambda row: lengths[row])
        batches += [window[first : first + size] for first in range(0, len(window), size)]
    return [batches[place] for place in rng.permutation(len(batches))]


def split_passes(rows: Sequence[Row], max_tokens: int) -> Iterator[list[Row]]:
    """Parts of a batch with at most so many tokens each, padding included, or a single row; the shortest first."""
    part: list[Row] = []
    for row in sorted(rows, key=lambda row: len(row.ids)):
        if part and (len(part) + 1) * len(row.ids) > max_tokens:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def pad_rows(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(ids, mask, labels), each (B, T), int64. What pads a row stands behind all of its labels, and is not seen."""
    width = max(len(row.ids) for row in rows)
    ids = np.zeros((len(rows), width), np.int64)
    labels = np.full((len(rows), width), NO_LABEL)
    mask = np.zeros((len(rows), width), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = row.ids
        labels[place, : len(row.ids)] = row.labels
        mask[place, : len(row.ids)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(labels)
