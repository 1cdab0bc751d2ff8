"""The solutions scored by plain passes of a reward model's transformer, as a server does it: whole texts, padded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from pfviz.lab.reward_check.solutions import Solutions
from pfviz.models.decoding.tensors import input_device, to_float64
from pfviz.models.prm.base import ProcessRewardModel
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.types import FloatArray, IntArray

Side = Literal["left", "right"]
MAX_COPY_PARAMETERS = 4e9
"""Of a model that is copied to another precision; the copy of a larger one would take more than 16 GB."""


@dataclass(frozen=True, slots=True)
class PrefixIds:
    """The ids of a prefix in its parts: the prompt, the steps before the last, the last one's text, and the mark at
    whose last id the reward is read (what all steps end in)."""

    prompt: tuple[int, ...]
    before: tuple[int, ...]
    text: tuple[int, ...]
    mark: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return self.prompt + self.before + self.text + self.mark


def encode_prefixes(reward: ProcessRewardModel, solutions: Solutions) -> list[PrefixIds]:
    """Return the ids of all prefixes of the solutions, in their order."""
    split: list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = []
    for solution in solutions:
        prompt = tuple(reward.prompt(Problem(solution.problem)))
        before: tuple[int, ...] = ()
        for place, text in enumerate(solution.steps):
            asked = reward.encode_step(text, first=place == 0, whole=False)
            split.append((prompt, before, asked.ids))
            before += asked.step_ids
    mark = common_ending([ids for _, _, ids in split])
    return [PrefixIds(prompt, before, ids[: len(ids) - mark], ids[len(ids) - mark :]) for prompt, before, ids in split]


def common_ending(rows: Sequence[Sequence[int]]) -> int:
    """Return how many ids at the end all rows share."""
    shortest = min(len(row) for row in rows)
    same = (k for k in range(1, shortest + 1) if len({tuple(row[-k:]) for row in rows}) > 1)
    return next(same, shortest + 1) - 1


@torch.inference_mode()
def score_ids(
    reward: ProcessRewardModel,
    rows: Sequence[Sequence[int]],
    *,
    padding: Side | None = None,
    batch: IntArray | None = None,
    model: Any = None,
) -> FloatArray:
    """Return the rewards at the last of each row's ids (K,): each row alone, or those with the same number in `batch`
    (K,) together, padded on one side, with a mask that says so. `model` is another copy of the reward model's."""
    model = reward.model if model is None else model
    if padding is None or batch is None:
        return np.array([_last_rewards(reward, model, [row], "right")[0] for row in rows])
    rewards = np.full(len(rows), np.nan)
    for label in np.unique(batch):
        places = np.flatnonzero(batch == label).tolist()
        rewards[places] = _last_rewards(reward, model, [rows[place] for place in places], padding)
    return rewards


def _last_rewards(reward: ProcessRewardModel, model: Any, rows: Sequence[Sequence[int]], side: Side) -> list[float]:
    width, device = max(map(len, rows)), input_device(model)
    pad = getattr(model.config, "pad_token_id", None) or 0
    ids = torch.full((len(rows), width), int(pad))
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for place, row in enumerate(rows):
        own = slice(width - len(row), width) if side == "left" else slice(0, len(row))
        ids[place, own], mask[place, own] = torch.tensor(row), 1
    logits = model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits
    ends = [width - 1 if side == "left" else len(row) - 1 for row in rows]
    found = logits[torch.arange(len(rows)), torch.tensor(ends)]  # (R, C)
    return [float(value) for value in reward.rewards(to_float64(found)).tolist()]


def score_explanations(reward: ProcessRewardModel, prefixes: Sequence[PrefixIds]) -> dict[str, FloatArray]:
    """Return the rewards (K,) that a server would give that reads the texts in one of the usual wrong ways, by a name
    that completes "the server …"."""
    encode = reward.tokenization.encode
    bos = prefixes[0].prompt[:1] if _begins_specially(reward, prefixes[0].prompt) else ()
    other = tuple(encode("\n"))

    def joined(one: PrefixIds) -> tuple[int, ...]:
        """The steps as one text, cut into tokens at once."""
        decoded = reward.tokenization.decode(one.before + one.text + one.mark)
        return one.prompt + tuple(encode(decoded))

    edits: dict[str, Callable[[PrefixIds], tuple[int, ...]]] = {
        "loses the separator after the last step": lambda one: one.prompt + one.before + one.text,
        "ends a step by one line break": lambda one: one.prompt + one.before + one.text + other,
        "ends a step by a blank line": lambda one: one.prompt + one.before + one.text + tuple(encode(SEPARATOR)),
        "puts the separator there twice": lambda one: one.ids + one.mark,
        "reads the last step alone, without those before it": lambda one: one.prompt + one.text + one.mark,
        "does not read the problem": lambda one: bos + one.before + one.text + one.mark,
        "cuts the joined text into other tokens than each step alone": joined,
    }
    if bos:
        edits["loses the special token at the beginning"] = lambda one: one.ids[1:]
        edits["puts the special token at the beginning there twice"] = lambda one: bos + one.ids
    usual = [one.ids for one in prefixes]
    found: dict[str, FloatArray] = {}
    for name, edit in edits.items():
        rows = [edit(one) for one in prefixes]
        if rows != usual and all(rows):
            found[name] = score_ids(reward, rows)
    return found


def _begins_specially(reward: ProcessRewardModel, prompt: Sequence[int]) -> bool:
    """Whether a prompt's first id is a special token: one without text."""
    return bool(prompt) and reward.tokenization.decode([prompt[0]]) == ""


def count_parameters(model: Any) -> int:
    """Return how many weights a model has."""
    return sum(int(one.numel()) for one in model.parameters())
