"""The output of one layer of a transformer, taken while the model computes something else: no pass of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from pfviz.errors import ModelError


class LayerTap:
    """Hands out what the layer of that number (1 is the first) puts out; raises `ModelError` if there is no such."""

    def __init__(self, model: Any, layer: int) -> None:
        layers = find_layers(model)
        if not 1 <= layer <= len(layers):
            raise ModelError(f"The model has {len(layers)} layers; there is no layer {layer}.")
        self._layer = layers[layer - 1]

    @contextmanager
    def capture(self) -> Iterator[list[torch.Tensor]]:
        """The outputs (B, T, H) of the passes that this thread makes meanwhile, in their order."""
        captured: list[torch.Tensor] = []
        thread = threading.get_ident()  # others may use the model at the same time

        def keep(_: Any, __: Any, output: Any) -> None:
            if threading.get_ident() == thread:
                captured.append(output if isinstance(output, torch.Tensor) else output[0])

        handle = self._layer.register_forward_hook(keep)
        try:
            yield captured
        finally:
            handle.remove()


def find_layers(model: Any) -> torch.nn.ModuleList:
    """The model's decoder layers: its only list of as many modules as its config has layers; raises `ModelError`."""
    count = getattr(model.config.get_text_config(decoder=True), "num_hidden_layers", 0)
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList) and len(module) == count]
    if len(lists) != 1:
        raise ModelError(f"{type(model).__name__} has no layers whose hidden states could be read.")
    return lists[0]


def new_states(captured: list[torch.Tensor], counts: Sequence[int]) -> torch.Tensor:
    """Of passes that fed so many new tokens to each row, all rows together or one by one, the states at them, row after
    row: (sum of counts, H). Raises `ModelError` where the rows were computed in another way."""
    if len(captured) == 1 and captured[0].shape[:2].numel() == sum(counts):
        return captured[0].flatten(0, 1)
    if len(captured) != len(counts):
        raise ModelError("This architecture computes its rows in a way from which no hidden states can be read.")
    return torch.cat([states[0, -count:] for states, count in zip(captured, counts, strict=True)])
