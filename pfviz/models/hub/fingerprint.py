"""Short hashes by which a file says which weights and which prompt it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import torch

SAMPLED = 64
"""Numbers of each parameter that are hashed: enough to tell a model from its fine-tuned sisters."""


@torch.inference_mode()
def hash_weights(model: Any) -> str:
    """SHA-256 of a model's parameters: their names, shapes, and evenly spaced numbers of each, in bfloat16."""
    found = hashlib.sha256()
    for name, parameter in sorted(model.named_parameters()):
        flat = parameter.detach().flatten()
        step = max(1, flat.numel() // SAMPLED)
        numbers = flat[::step][:SAMPLED].to(torch.bfloat16).view(torch.int16).cpu().numpy()
        found.update(f"{name} {tuple(parameter.shape)}".encode())
        found.update(numbers.astype("<i2").tobytes())
    return found.hexdigest()


def hash_ids(ids: Sequence[int]) -> str:
    """SHA-256 of token ids."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
