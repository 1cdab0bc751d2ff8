"""Where a training stands, as one file: what was trained so far and the optimiser, so that the next process goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.reward_training.prm.rows import Row

FILE = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The trained parameters and the optimiser's state after so many updates of the training with this hash."""

    training: str
    update: int
    parameters: Mapping[str, torch.Tensor]
    optimizer: dict[str, Any]
    losses: tuple[float, ...]


def hash_training(weights: str, settings: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """SHA-256 of what decides how a training goes: the base's weights, the settings, and every row in order."""
    found = hashlib.sha256(f"{weights} {sorted(settings.items())}".encode())
    for row in rows:
        found.update(f"{row.ids}{row.labels}".encode())
    return found.hexdigest()


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write it in the place of the last one, which stays whole until the new one is."""
    partial = folder / f"{FILE}.partial"
    torch.save({name: getattr(checkpoint, name) for name in Checkpoint.__dataclass_fields__}, partial)
    os.replace(partial, folder / FILE)


def read_checkpoint(folder: Path, training: str) -> Checkpoint | None:
    """Where the training stands that is kept in a folder; None if there is none.

    Raises:
        ModelError: it is damaged, or of another training than the one with this hash.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        found = Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # whatever pickle and zip make of damaged bytes
        raise ModelError(f"{path} is damaged ({type(error).__name__}). Remove it to begin anew.") from error
    if found.training != training:
        raise ModelError(
            f"{path} belongs to a training with other samples, settings or weights. Remove it to begin anew, or choose "
            "another folder for --out."
        )
    return found
