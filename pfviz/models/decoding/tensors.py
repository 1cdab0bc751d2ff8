"""Tensors of a model that may be spread over several devices: where its ids go, indices on each, double precision."""

from __future__ import annotations

from typing import Any

import torch


def input_device(model: Any) -> torch.device:
    """The device on which a model takes its ids and masks. One that is spread over several moves them on by itself."""
    device: torch.device = model.device
    # The weights of layers that were put aside are nowhere until they are needed.
    return torch.device("cpu") if device.type == "meta" else device


def to_float64(values: torch.Tensor) -> torch.Tensor:
    """In float64, of any shape; on the CPU where the device has no such numbers (mps)."""
    return (values.cpu() if values.device.type == "mps" else values).double()


class DeviceCopies:
    """Index tensors that every layer needs: a copy on each device, made when the first layer there asks for it."""

    def __init__(self, *tensors: torch.Tensor) -> None:
        self._tensors = tensors
        self._copies = {tensors[0].device: tensors}

    def get(self, device: torch.device) -> tuple[torch.Tensor, ...]:
        """All of them on that device."""
        if device not in self._copies:
            self._copies[device] = tuple(tensor.to(device) for tensor in self._tensors)
        return self._copies[device]
