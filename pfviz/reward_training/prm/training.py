"""The training itself: cross entropy at the labels, an update for each batch, and where it stands after each.

Everything random derives from the seed and the number of the update, so that a training that goes on from a checkpoint
is the one that was never stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from pfviz.reward_training.prm.adapter import trained_parameters
from pfviz.reward_training.prm.checkpoint import Checkpoint
from pfviz.reward_training.prm.rows import NO_LABEL, Row, draw_batches, pad_rows, split_passes
from pfviz.rng import derive_rng

WARM_UP = 0.05
"""The share of the updates in which the learning rate rises."""
MAX_NORM = 1.0
"""To which a longer gradient is cut."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How it is trained: solutions of an update, tokens of a pass, the learning rate at its highest."""

    rank: int = 16
    learning_rate: float = 2e-4
    epochs: int = 2
    batch_size: int = 16
    pass_tokens: int = 4096
    max_tokens: int = 1024  # of a solution with its problem
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """What an update was: its number from 1 of how many, the mean loss at its labels (nats), and its tokens."""

    number: int
    of: int
    loss: float
    tokens: int


def learning_rate_share(update: int, updates: int) -> float:
    """The share of the highest learning rate in an update (from 0): a linear rise, then half a cosine to 0."""
    rise = max(1, round(updates * WARM_UP))
    if update < rise:
        return (update + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (update - rise) / max(1, updates - rise)))


def count_updates(rows: int, settings: TrainingSettings) -> int:
    """Updates of the whole training."""
    return settings.epochs * math.ceil(rows / settings.batch_size)


class Training:
    """A model with an adapter, the rows that it is trained on, and how far it is."""

    def __init__(self, model: Any, rows: Sequence[Row], settings: TrainingSettings, hashed: str) -> None:
        self._model, self._rows, self._settings = model, rows, settings
        self.hashed = hashed  # `hash_training`
        self._parameters = trained_parameters(model)
        self._optimizer = torch.optim.AdamW(
            self._parameters.values(), lr=settings.learning_rate, weight_decay=0.0, foreach=False
        )
        self.updates = count_updates(len(rows), settings)
        self.losses: list[float] = []

    @property
    def update(self) -> int:
        """Updates so far."""
        return len(self.losses)

    def checkpoint(self) -> Checkpoint:
        """Where it stands."""
        parameters = {name: parameter.detach().cpu() for name, parameter in self._parameters.items()}
        return Checkpoint(self.hashed, self.update, parameters, self._optimizer.state_dict(), tuple(self.losses))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back, or on, to where it stood."""
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                parameter.copy_(checkpoint.parameters[name])
        self._optimizer.load_state_dict(checkpoint.optimizer)
        self.losses = list(checkpoint.losses)

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Update]:
        """Make the updates that are missing, until `stop` says so between two."""
        lengths = [len(row.ids) for row in self._rows]
        of_epoch = math.ceil(len(self._rows) / self._settings.batch_size)
        self._model.train()
        while self.update < self.updates and not stop():
            epoch, place = divmod(self.update, of_epoch)
            batch = draw_batches(lengths, self._settings.batch_size, epoch, self._settings.seed)[place]
            rows = [self._rows[row] for row in batch]
            loss = self._make_update(rows)
            self.losses.append(loss)
            yield Update(self.update, self.updates, loss, sum(len(row.ids) for row in rows))
        self._model.eval()

    def _make_update(self, rows: Sequence[Row]) -> float:
        """Mean loss over all labels of the batch, whatever passes it is computed in."""
        labels = sum(row.count for row in rows)
        dropout = int(derive_rng(self._settings.seed, "dropout", self.update).integers(2**63))
        total = 0.0
        with torch.random.fork_rng():
            torch.manual_seed(dropout)
            for part in split_passes(rows, self._settings.pass_tokens):
                loss = self._sum_losses(part) / labels
                loss.backward()  # type: ignore[no-untyped-call]
                total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self._parameters.values(), MAX_NORM)
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * learning_rate_share(self.update, self.updates)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total

    def _sum_losses(self, rows: Sequence[Row]) -> torch.Tensor:
        device = self._model.device
        ids, mask, labels = (part.to(device) for part in pad_rows(rows))
        with _half_precision(self._model):
            logits = self._model(input_ids=ids, attention_mask=mask, use_cache=False).logits
        labels = labels.to(logits.device)
        return functional.cross_entropy(
            logits.flatten(0, 1).float(), labels.flatten(), ignore_index=NO_LABEL, reduction="sum"
        )


def _half_precision(model: Any) -> AbstractContextManager[Any]:
    """What lets trained parameters in float32 meet frozen ones in bfloat16."""
    if model.dtype != torch.bfloat16:
        return nullcontext()
    return torch.autocast(model.device.type, dtype=torch.bfloat16)
