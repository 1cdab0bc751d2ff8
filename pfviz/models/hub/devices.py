"""Where a model is computed, with which numbers, and whether there is room for it.

A model goes to one device wherever it fits on one; to all GPUs together where it only fits on those. The operator may
say which device and which numbers, by the environment variables PFVIZ_DEVICE and PFVIZ_DTYPE.
"""

from __future__ import annotations

import functools
import os
import re
import time
from dataclasses import dataclass
from typing import Any

from pfviz.errors import ModelError

MEMORY_HEADROOM = 1.2  # of the weights' own size: the caches of a run, and what a pass needs
UNEVEN_SPLIT_FACTOR = (
    1.1  # the same of one among several GPUs: layers are not cut, so that some get more of them than others
)
FAST_FACTOR = 1.3
"""How many times as fast smaller numbers have to be on a CPU to be taken."""
MEASURED_PRODUCTS = 30
DEVICE_VARIABLE, DTYPE_VARIABLE = "PFVIZ_DEVICE", "PFVIZ_DTYPE"
DTYPES = ("float32", "bfloat16", "float16")
INT8 = "int8"


@dataclass(frozen=True, slots=True)
class Placement:
    """A device by PyTorch's name, a type of numbers by PyTorch's name, and the memory that is there, 10^9 bytes.

    Of several GPUs, `device` is the first, `gigabytes` the memory of all, and `shares` has the number of each with the
    bytes of weights that it may take; it is empty where there is one device.
    """

    device: str
    dtype: str
    gigabytes: float
    shares: tuple[tuple[int, int], ...] = ()

    @property
    def bytes_per_parameter(self) -> int:
        return 4 if self.dtype == "float32" else 2

    @property
    def title(self) -> str:
        """What to call it in a sentence."""
        return f"{len(self.shares)} GPUs" if self.shares else self.device

    def needed_gigabytes(self, parameters: float) -> float:
        """The memory, 10^9 bytes, that a model of so many billion parameters takes in all."""
        return parameters * self.bytes_per_parameter * MEMORY_HEADROOM


def best_device() -> Placement:
    """The best single device of this machine: the GPU with the most free memory, else Apple's, else the CPU.

    A CPU computes in the numbers that it was measured to be fast with (`fast_cpu_dtype`). Raises `ModelError` where the
    operator asks for what is not there.
    """
    import torch

    device = _device_name()
    if gpus := _usable_gpus(device):
        return _single_gpu(gpus[0] if len(gpus) == 1 else max(gpus, key=_free_bytes))
    if device == "mps":
        return Placement("mps", _dtype_name("float16"), torch.mps.recommended_max_memory() / 1e9)
    asked = _asked_dtype()
    return Placement("cpu", asked if asked in DTYPES else fast_cpu_dtype(), _system_memory() / 1e9)


def fast_cpu_dtype() -> str:
    """bfloat16 where this CPU multiplies it clearly faster than float32, as those with AVX-512 bf16 or AMX do."""
    seconds = _measure_products()
    return "bfloat16" if seconds["bfloat16"] * FAST_FACTOR < seconds["float32"] else "float32"


def is_int8_fast() -> bool:
    """Whether this CPU multiplies 8-bit integers clearly faster than the numbers of `fast_cpu_dtype`, as those with
    AVX-512 VNNI or AMX do."""
    seconds = _measure_products()
    return seconds[INT8] * FAST_FACTOR < seconds[fast_cpu_dtype()]


def takes_int8(place: Placement) -> bool:
    """Whether the linear layers of generators are computed in 8-bit integers there: on a CPU, if the operator asks for
    it, or asks for nothing and it was measured to be faster."""
    if place.device != "cpu":
        return False
    asked = _asked_dtype()
    return asked == INT8 or (not asked and is_int8_fast())


def cpu_pass_seconds(parameters: float, place: Placement) -> float:
    """Seconds that this CPU takes for the products of one token, of eight rows together, in a model of so many billion
    parameters: an estimate from one measured product. What more threads gain, the memory's slowness takes."""
    measured = _measure_products()
    seconds = measured[INT8] if takes_int8(place) else measured.get(place.dtype, measured["float32"])
    return parameters * 1e9 / _PRODUCT_SIZE * seconds


_PRODUCT_SIZE = 1024 * 4096  # numbers of the matrix that is measured


@functools.cache
def _measure_products() -> dict[str, float]:
    """The least time of a product as decoding makes them, a few rows with the weights of a small layer, by the type of
    numbers. It is measured once in a process, by turns and on one thread: on a busy machine several wait for each
    other, and the wait is all that would be seen.
    """
    import torch

    kinds = {"float32": torch.float32, "bfloat16": torch.bfloat16, INT8: torch.int8}
    operands = {
        name: (torch.ones(8, 1024, dtype=kind), torch.ones(4096, 1024, dtype=kind).t()) for name, kind in kinds.items()
    }
    seconds = dict.fromkeys(kinds, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            for _ in range(MEASURED_PRODUCTS):
                for name, (rows, matrix) in operands.items():
                    multiply = torch._int_mm if name == INT8 else torch.mm
                    began = time.perf_counter()
                    multiply(rows, matrix)
                    seconds[name] = min(seconds[name], time.perf_counter() - began)
    finally:
        torch.set_num_threads(threads)
    return seconds


def combined_devices() -> Placement:
    """All that models may fill on this machine: its GPUs as one place where there are several, else the best device."""
    return (
        _combine_gpus({gpu: _total_bytes(gpu) for gpu in _usable_gpus(_device_name())})
        if has_several_gpus()
        else best_device()
    )


def has_several_gpus() -> bool:
    """Whether there are several GPUs over which a model can be spread."""
    return len(_usable_gpus(_device_name())) > 1


def choose_placement(parameters: float | None = None) -> Placement:
    """Where a model of so many billion parameters goes; one of unknown size (None) goes to the best device.

    That is one GPU if it has so much free memory, and several only if they have it together, or if no GPU could hold
    the model even when nothing else is there. `check_room` says whether it fits where it goes.
    """
    if parameters is None or not has_several_gpus():
        return best_device()
    free = {gpu: _free_bytes(gpu) for gpu in _usable_gpus(_device_name())}
    spread = _combine_gpus(free)
    needed = spread.needed_gigabytes(parameters) * 1e9
    if needed <= max(free.values()):
        return best_device()
    large = [gpu for gpu in free if needed <= _total_bytes(gpu)]
    if large and needed > sum(free.values()):  # too little is free anywhere: where it could fit, it is tried
        return _single_gpu(max(large, key=lambda gpu: free[gpu]))
    return spread


def check_memory(name: str, parameters: float, place: Placement) -> None:
    """Raise `ModelError` for a model of so many billion parameters that does not fit."""
    needed = place.needed_gigabytes(parameters)
    if needed > place.gigabytes:
        have = "have" if place.shares else "has"
        raise ModelError(
            f"{name} needs about {needed:.0f} GB in {place.dtype} and {place.title} {have} {place.gigabytes:.0f} GB. "
            "Choose a smaller model, a machine with more memory, or a server that runs it."
        )


def torch_dtype(place: Placement) -> Any:
    """PyTorch's type of that name."""
    import torch

    return getattr(torch, place.dtype)


def _device_name() -> str:
    """The kind of device that models go to, or the very one that the operator asks for: "cuda" or "cuda:1"."""
    import torch

    there = {"cuda": _is_cuda_usable(), "mps": torch.backends.mps.is_available(), "cpu": True}
    asked = os.environ.get(DEVICE_VARIABLE, "").strip().lower()
    if not asked:
        return next(kind for kind, is_there in there.items() if is_there)
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", asked):
        raise ModelError(
            f"{DEVICE_VARIABLE} is {asked[:40]!r}: set it to cpu, mps, cuda or (a GPU by its number) cuda:1."
        )
    kind, _, number = asked.partition(":")
    if not there[kind] or (number and int(number) >= torch.cuda.device_count()):
        found = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if there["cuda"] else []
        found += [kind for kind in ("mps", "cpu") if there[kind]]
        raise ModelError(
            f"{DEVICE_VARIABLE} is {asked}, which PyTorch does not find here. It finds: {', '.join(found)}."
        )
    return asked


def _is_cuda_usable() -> bool:
    """Whether CUDA can be used on this thread: the server of a ZeroGPU Space plays it on some threads, and claims it on
    all."""
    import torch

    if not torch.cuda.is_available():
        return False
    if os.environ.get("SPACES_ZERO_GPU"):
        try:
            torch.empty(0, device="cuda")
        except (RuntimeError, AssertionError):
            return False
    return True


def _dtype_name(usual: str) -> str:
    """The type of numbers that the operator asks for, else the usual one."""
    asked = _asked_dtype()
    if asked == INT8:
        raise ModelError(f"{DTYPE_VARIABLE} is int8, which is for CPUs. Set it to one of {', '.join(DTYPES)}.")
    return asked or usual


def _asked_dtype() -> str:
    """The type of numbers that the operator asks for, or nothing."""
    asked = os.environ.get(DTYPE_VARIABLE, "").strip().lower()
    if asked and asked not in (*DTYPES, INT8):
        raise ModelError(f"{DTYPE_VARIABLE} is {asked[:40]!r}: set it to one of {', '.join((*DTYPES, INT8))}.")
    return asked


def _cuda_dtype_name() -> str:
    import torch

    return _dtype_name("bfloat16" if torch.cuda.is_bf16_supported() else "float16")


def _usable_gpus(device: str) -> list[int]:
    """The numbers of the GPUs that may be used: all, or the one that is asked for."""
    import torch

    kind, _, number = device.partition(":")
    if kind != "cuda":
        return []
    return [int(number)] if number else list(range(torch.cuda.device_count()))


def _total_bytes(gpu: int) -> int:
    """Bytes of a GPU's memory."""
    import torch

    return int(torch.cuda.get_device_properties(gpu).total_memory)


def _free_bytes(gpu: int) -> int:
    """Bytes of it that a model can have: PyTorch keeps what was given back to it, and hands that out first."""
    import torch

    free, _ = torch.cuda.mem_get_info(gpu)
    return int(free + torch.cuda.memory_reserved(gpu) - torch.cuda.memory_allocated(gpu))


def _single_gpu(gpu: int) -> Placement:
    return Placement(f"cuda:{gpu}", _cuda_dtype_name(), _total_bytes(gpu) / 1e9)


def _combine_gpus(sizes: dict[int, int]) -> Placement:
    """GPUs as one place, by their numbers, with the bytes that are to be had of each."""
    shares = tuple((gpu, int(size / UNEVEN_SPLIT_FACTOR)) for gpu, size in sizes.items())
    return Placement(f"cuda:{min(sizes)}", _cuda_dtype_name(), sum(_total_bytes(gpu) for gpu in sizes) / 1e9, shares)


def _system_memory() -> float:
    """Bytes of this machine's memory; infinite where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")
