"""Linear layers in 8-bit integers: on a CPU with AVX-512 VNNI or AMX twice the speed of bfloat16, in half the memory.

Weights have one scale for each output, inputs one for each token, found while it is computed; products are summed up in
32-bit integers, which is exact, so that what a row gets depends on no other row (Dettmers et al., arXiv 2208.07339,
section 2, without the part for outliers).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from pfviz.models.hub.fingerprint import remember_weights

LEVELS = 127
SMALLEST_SCALE = 1e-10  # of a row of zeros


class Int8Linear(nn.Module):
    """What a linear layer computes, (…, in) → (…, out) in the input's type, but for rounding."""

    weight: torch.Tensor  # (in, out) int8
    scale: torch.Tensor  # (out,) float32
    bias: torch.Tensor | None  # (out,) float32

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        rows = linear.weight.detach().float()
        scale = rows.abs().amax(1).clamp_(min=SMALLEST_SCALE).div_(LEVELS)
        # Transposed as a view: the product reads the rows of the layer's own layout.
        self.register_buffer("weight", (rows / scale[:, None]).round_().to(torch.int8).t())
        self.register_buffer("scale", scale)
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().float())

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        rows = inputs.reshape(-1, self.in_features)
        scale = rows.abs().amax(1, keepdim=True).float().clamp_(min=SMALLEST_SCALE).div_(LEVELS)
        sums = torch._int_mm((rows / scale).round_().to(torch.int8), self.weight)
        outputs = sums.float().mul_(scale).mul_(self.scale)
        if self.bias is not None:
            outputs += self.bias
        return outputs.to(inputs.dtype).reshape(*inputs.shape[:-1], self.out_features)


def quantize_linears(model: Any) -> Any:
    """The model, each of its linear layers replaced, also those whose weights are shared with an embedding. Layers of a
    kind of their own stay as they are, and so does what looks up tokens."""
    remember_weights(model)
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.Linear:
                setattr(module, name, Int8Linear(child))
    return model
