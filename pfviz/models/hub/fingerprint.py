"""Short hashes by which a file says which weights and which prompt it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import torch

SAMPLED = 64
"""Numbers of each parameter that are hashed: enough to tell a model from its fine-tuned sisters."""

SAMPLED_OF_MATRIX = 8
_REMEMBERED = "pfviz_weights"  # the attribute of a model whose layers were replaced after it was loaded


def remember_weights(model: Any) -> None:
    """Let the model be known by the weights that it has now, whatever becomes of them."""
    setattr(model, _REMEMBERED, (hash_weights(model), sample_weights(model)))


@torch.inference_mode()
def hash_weights(model: Any) -> str:
    """SHA-256 of a model's parameters: their names, shapes, and evenly spaced numbers of each, in bfloat16."""
    if remembered := getattr(model, _REMEMBERED, None):
        return str(remembered[0])
    found = hashlib.sha256()
    for name, parameter in sorted(model.named_parameters()):
        flat = parameter.detach().flatten()
        step = max(1, flat.numel() // SAMPLED)
        numbers = flat[::step][:SAMPLED].to(torch.bfloat16).view(torch.int16).cpu().numpy()
        found.update(f"{name} {tuple(parameter.shape)}".encode())
        found.update(numbers.astype("<i2").tobytes())
    return found.hexdigest()


@torch.inference_mode()
def sample_weights(model: Any) -> tuple[float, ...]:
    """A few numbers of each matrix inside the layers, in units of the matrix's own spread: by them the weights of a
    model are known again after they were rounded, as they are in a GGUF file."""
    if remembered := getattr(model, _REMEMBERED, None):
        return tuple(remembered[1])
    found: list[float] = []
    for name, parameter in sorted(model.named_parameters()):
        if parameter.ndim == 2 and ".layers." in name:
            flat = parameter.detach().flatten()
            numbers = flat[:: max(1, flat.numel() // SAMPLED_OF_MATRIX)][:SAMPLED_OF_MATRIX].float().cpu()
            spread = float(parameter.detach()[:64].float().std().cpu()) or 1.0
            found += [round(float(number) / spread, 3) for number in numbers]
    return tuple(found)


def hash_ids(ids: Sequence[int]) -> str:
    """SHA-256 of token ids."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
