"""GPUs that are not there: tensors that say they are on "cuda:1" or "mps", and are computed on the CPU in truth.

As on a real machine, an operation over two devices raises, and so does float64 on mps. It is stricter than CUDA in one
thing: an index on the CPU into a tensor elsewhere, which CUDA takes at the price of waiting for it, raises too.

    with Machine():
        spread(model, {"model.embed_tokens": "cuda:0", ...})  # with accelerate's own hooks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

aten = torch.ops.aten


class Pretended(torch.Tensor):
    """A tensor whose values are in `held`, on the CPU."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held: torch.Tensor, where: torch.device) -> Any:
        layout = {"strides": held.stride(), "storage_offset": held.storage_offset(), "dtype": held.dtype}
        made = torch.Tensor._make_wrapper_subclass(cls, held.shape, **layout)
        made.held, made.where = held, where
        return made

    device = property(lambda self: self.where)

    def tolist(self) -> Any:
        return self.held.tolist()

    def data_ptr(self) -> int:
        return self.held.data_ptr()

    def __deepcopy__(self, _: Any) -> Any:
        return on(self.held.clone(), self.where)

    def __repr__(self, **_: Any) -> str:
        return f"{self.held!r} on {self.where}"

    @classmethod
    def __torch_dispatch__(cls, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        mine = [tensor for tensor in tensors if isinstance(tensor, Pretended)]
        where = mine[0].where
        if kwargs.get("device") is not None:
            where, kwargs["device"] = torch.device(kwargs["device"]), torch.device("cpu")
        if operation not in (aten._to_copy.default, aten.copy_.default):
            for tensor in tensors:
                # A number may come from anywhere, if it is the CPU's.
                if tensor.device != mine[0].where and (isinstance(tensor, Pretended) or tensor.dim()):
                    raise RuntimeError(f"{operation} over two devices, {mine[0].where} and {tensor.device}")
        held = operation(*tree_map(_held, args), **tree_map(_held, kwargs))
        written = {id(tensor.held): tensor for tensor in mine}  # what is changed in place stays itself

        def shown(value: Any) -> Any:
            return on(value, where) if id(value) not in written else written[id(value)]

        return tree_map(lambda value: shown(value) if isinstance(value, torch.Tensor) else value, held)


class Machine(TorchFunctionMode):
    """While it is open, tensors can be made on, and moved to, devices that are not there."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if function is torch.Tensor.cpu:
            return _moved(args[0], torch.device("cpu"))
        if function is torch.Tensor.to:
            known = {name: value for name, value in kwargs.items() if name not in ("non_blocking", "copy")}
            device, dtype, *_ = torch._C._nn._parse_to(*args[1:], **known)
            # The type is changed where the values go to, as a cast before would be one on the old device.
            moved = args[0] if device is None else _moved(args[0], device)
            return moved if dtype is None else function(moved, dtype)
        made = kwargs.get("device") is not None and not any(isinstance(x, Pretended) for x in tree_leaves(args))
        if made and torch.device(kwargs["device"]).type in ("cuda", "mps"):
            return on(function(*args, **kwargs | {"device": "cpu"}), torch.device(kwargs["device"]))
        return function(*args, **kwargs)


def on(held: torch.Tensor, where: torch.device) -> torch.Tensor:
    """These values on a device; raises `TypeError` for float64 on mps, in PyTorch's words."""
    if where.type not in ("cuda", "mps"):
        return held
    if where.type == "mps" and held.dtype == torch.float64:
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.")
    made: torch.Tensor = Pretended(held, where)
    return made


def put(model: Any, where: str) -> Any:
    """The model with all its weights on one device."""
    for module in model.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                module._parameters[name] = torch.nn.Parameter(on(weight.data, torch.device(where)), False)
        for name, buffer in module._buffers.items():
            module._buffers[name] = buffer if buffer is None else on(buffer, torch.device(where))
    return model


@torch.inference_mode()  # a view of a weight is only to be had there if the weight was made there
def spread(model: Any, places: Mapping[str, str]) -> Any:
    """The model with its modules where `places` says, and accelerate's hooks on them, as `from_pretrained` does it."""
    from accelerate import dispatch_model

    first = next(iter(places.values()))
    dispatch_model(model, dict(places), main_device=first, skip_keys=model._skip_keys_device_placement)
    return model


def _held(value: Any) -> Any:
    return value.held if isinstance(value, Pretended) else value


def _moved(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    if device == tensor.device:
        return tensor
    if not isinstance(tensor, Pretended) and device.type not in ("cuda", "mps"):
        return tensor.to(device)
    return on(_held(tensor).clone(), device)
