"""Where a model is computed, with which numbers, and whether there is room for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from pfviz.errors import ModelError

HEADROOM = 1.2  # of the weights' own size: the caches of a run, and what a pass needs


@dataclass(frozen=True, slots=True)
class Place:
    """A device by PyTorch's name, a type of numbers by PyTorch's name, and the memory that is there, 10^9 bytes."""

    device: str
    dtype: str
    gigabytes: float

    @property
    def bytes_each(self) -> int:
        return 4 if self.dtype == "float32" else 2


def best() -> Place:
    """The best place of this machine: its largest GPU, else Apple's, else the CPU.

    A CPU computes in float32: half precision is slow on most of them.
    """
    import torch

    if torch.cuda.is_available():
        sizes = [torch.cuda.get_device_properties(i).total_memory for i in range(torch.cuda.device_count())]
        dtype = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        return Place(f"cuda:{sizes.index(max(sizes))}", dtype, max(sizes) / 1e9)
    if torch.backends.mps.is_available():
        return Place("mps", "float16", torch.mps.recommended_max_memory() / 1e9)
    return Place("cpu", "float32", _memory() / 1e9)


def _memory() -> float:
    """Bytes of this machine's memory; infinite where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def check_room(name: str, parameters: float, place: Place) -> None:
    """Raise `ModelError` for a model of so many billion parameters that does not fit."""
    needed = parameters * place.bytes_each * HEADROOM
    if needed > place.gigabytes:
        raise ModelError(
            f"{name} needs about {needed:.0f} GB in {place.dtype} and {place.device} has {place.gigabytes:.0f} GB. "
            "Choose a smaller model, a machine with more memory, or a server that runs it."
        )


def dtype_of(place: Place) -> Any:
    """PyTorch's type of that name."""
    import torch

    return getattr(torch, place.dtype)
