"""Which device a model goes to, and with which numbers, on machines that are not this one."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.hub import devices
from pfviz.models.hub.devices import MEMORY_HEADROOM, UNEVEN_SPLIT_FACTOR, Placement, check_memory


@dataclass
class Card:
    """A GPU: its memory, what is free of it, and what PyTorch keeps of the rest without using it; 10^9 bytes."""

    total: float
    free: float
    kept: float = 0.0


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (devices.DEVICE_VARIABLE, devices.DTYPE_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def machine(patch: pytest.MonkeyPatch, *cards: Card, bf16: bool = True, mps: bool = False) -> None:
    """PyTorch says that this machine has these GPUs."""
    patch.setattr(torch.cuda, "is_available", lambda: bool(cards))
    patch.setattr(torch.cuda, "device_count", lambda: len(cards))
    patch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    patch.setattr(
        torch.cuda, "get_device_properties", lambda i: SimpleNamespace(total_memory=int(cards[i].total * 1e9))
    )
    patch.setattr(torch.cuda, "mem_get_info", lambda i: (int(cards[i].free * 1e9), int(cards[i].total * 1e9)))
    patch.setattr(torch.cuda, "memory_reserved", lambda i: int((cards[i].kept + 1) * 1e9))
    patch.setattr(torch.cuda, "memory_allocated", lambda i: int(1e9))
    patch.setattr(torch.backends.mps, "is_available", lambda: mps)
    patch.setattr(torch.mps, "recommended_max_memory", lambda: 16e9)


def size(gigabytes: float) -> float:
    """The billions of parameters that need so much in half precision."""
    return gigabytes / 2 / MEMORY_HEADROOM


# --- the best single device -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_without_a_gpu_it_is_the_cpu_in_the_numbers_that_it_is_fast_with(
    monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    machine(monkeypatch)
    monkeypatch.setattr(devices, "fast_cpu_dtype", lambda: dtype)
    assert (devices.best_device().device, devices.best_device().dtype) == ("cpu", dtype)
    assert devices.best_device().gigabytes > 1
    assert not devices.has_several_gpus()
    assert devices.combined_devices() == devices.best_device() == devices.choose_placement(7.0)


@pytest.mark.parametrize(
    ("bfloat16", "int8", "dtype", "takes_int8"),
    [
        (1.0, 1.0, "float32", False),
        (0.9, 0.8, "float32", False),
        (0.4, 0.35, "bfloat16", False),
        (0.4, 0.2, "bfloat16", True),
        (1.5, 0.5, "float32", True),
    ],
)
def test_smaller_numbers_are_taken_where_they_are_measured_to_be_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, bfloat16: float, int8: float, dtype: str, takes_int8: bool
) -> None:
    now = [0.0]
    seconds = {torch.float32: 1.0, torch.bfloat16: bfloat16, torch.int8: int8}

    def multiply(rows: torch.Tensor, matrix: torch.Tensor) -> None:
        now[0] += seconds[matrix.dtype]

    monkeypatch.setattr(torch, "mm", multiply)
    monkeypatch.setattr(torch, "_int_mm", multiply)
    monkeypatch.setattr(devices.time, "perf_counter", lambda: now[0])
    monkeypatch.delenv("PFVIZ_DTYPE", raising=False)
    devices._measure_products.cache_clear()
    threads = torch.get_num_threads()
    try:
        assert (devices.fast_cpu_dtype(), devices.takes_int8(Placement("cpu", dtype, 8.0))) == (dtype, takes_int8)
        assert not devices.takes_int8(Placement("cuda:0", dtype, 8.0))
        assert torch.get_num_threads() == threads
    finally:
        devices._measure_products.cache_clear()


def test_apples_device(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, mps=True)
    assert devices.best_device() == devices.choose_placement(100.0) == Placement("mps", "float16", 16.0)


def test_one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 1), bf16=False)
    assert (
        devices.best_device()
        == devices.combined_devices()
        == devices.choose_placement(100.0)
        == Placement("cuda:0", "float16", 24.0)
    )
    assert not devices.has_several_gpus()


def test_of_several_it_is_the_one_with_the_most_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(80, 10), Card(24, 20), Card(24, 5))
    assert devices.best_device() == Placement("cuda:1", "bfloat16", 24.0)


def test_what_pytorch_keeps_is_free_too(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 10), Card(24, 4, kept=16))
    assert devices.best_device().device == "cuda:1"


# --- one GPU or several -----------------------------------------------------------------------------------------------


def test_all_gpus_together(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 10), Card(48, 40))
    assert devices.has_several_gpus()
    together = devices.combined_devices()
    assert (together.device, together.gigabytes, together.title) == ("cuda:0", 72.0, "2 GPUs")


def test_a_model_that_fits_on_one_is_not_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 22), Card(24, 23))
    for needed in (1, 20, 23):
        assert devices.choose_placement(size(needed)) == Placement("cuda:1", "bfloat16", 24.0)
    assert devices.choose_placement(None) == Placement("cuda:1", "bfloat16", 24.0)


def test_a_model_that_only_fits_on_all_together_is_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 12), Card(24, 24))
    found = devices.choose_placement(size(30))
    assert (found.device, found.dtype, found.gigabytes) == ("cuda:0", "bfloat16", 48.0)
    # What is free, less some of the room that a run needs beside the weights.
    assert dict(found.shares) == {0: int(12e9 / UNEVEN_SPLIT_FACTOR), 1: int(24e9 / UNEVEN_SPLIT_FACTOR)}
    check_memory("model", size(30), found)


def test_one_that_others_leave_no_room_for_is_spread_over_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 10), Card(24, 10))
    assert len(devices.choose_placement(size(15)).shares) == 2
    # Nor is it free on both together: it is tried where it would fit if nothing else were there.
    assert devices.choose_placement(size(22)) == Placement("cuda:0", "bfloat16", 24.0)


def test_where_it_is_tried_it_could_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(16, 9), Card(48, 5))
    assert devices.choose_placement(size(40)).device == "cuda:1"


def test_what_fits_nowhere_is_refused_with_what_there_is_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 24), Card(24, 24))
    with pytest.raises(ModelError, match=r"large needs about 60 GB in bfloat16 and 2 GPUs have 48 GB\. Choose"):
        check_memory("large", size(60), devices.choose_placement(size(60)))


def test_a_model_that_is_too_large_is_refused_with_the_numbers() -> None:
    place = Placement("cuda:0", "bfloat16", 24.0)
    check_memory("fits", 7.6, place)
    with pytest.raises(ModelError, match=r"large needs about 36 GB in bfloat16 and cuda:0 has 24 GB\. Choose"):
        check_memory("large", 15.0, place)
    assert Placement("cpu", "float32", 8).bytes_per_parameter == 4


# --- what the operator asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found", "together"),
    [
        ("cpu", "cpu", "cpu"),
        ("mps", "mps", "mps"),
        ("cuda", "cuda:1", "2 GPUs"),
        ("cuda:0", "cuda:0", "cuda:0"),
        (" CUDA:1 ", "cuda:1", "cuda:1"),
        ("", "cuda:1", "2 GPUs"),
    ],
)
def test_a_device_that_is_asked_for(asked: str, found: str, together: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 10), Card(24, 20), mps=True)
    monkeypatch.setenv("PFVIZ_DEVICE", asked)
    assert (devices.best_device().device, devices.combined_devices().title) == (found, together)
    assert devices.has_several_gpus() == (together == "2 GPUs")


def test_a_gpu_that_is_asked_for_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 24), Card(24, 24))
    monkeypatch.setenv("PFVIZ_DEVICE", "cuda:0")
    assert devices.choose_placement(size(30)) == Placement("cuda:0", "bfloat16", 24.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("gpu", "PFVIZ_DEVICE is 'gpu': set it to cpu, mps, cuda or"),
        ("cuda:x", "PFVIZ_DEVICE is 'cuda:x': set it to"),
        ("cuda:2", r"PFVIZ_DEVICE is cuda:2, which PyTorch does not find here\. It finds: cuda:0, cuda:1, cpu\."),
        ("mps", "PFVIZ_DEVICE is mps, which PyTorch does not find"),
    ],
)
def test_a_device_that_is_not_there_is_refused(asked: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, Card(24, 10), Card(24, 20))
    monkeypatch.setenv("PFVIZ_DEVICE", asked)
    for call in (devices.best_device, devices.combined_devices, devices.has_several_gpus, devices.choose_placement):
        with pytest.raises(ModelError, match=said):
            call()


def test_a_gpu_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    monkeypatch.setenv("PFVIZ_DEVICE", "cuda")
    with pytest.raises(ModelError, match=r"It finds: cpu\."):
        devices.best_device()


@pytest.mark.parametrize("dtype", devices.DTYPES)
def test_numbers_that_are_asked_for(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_DTYPE", dtype)
    machine(monkeypatch)
    assert devices.best_device().dtype == dtype
    assert devices.torch_dtype(devices.best_device()) == getattr(torch, dtype)
    machine(monkeypatch, mps=True)
    assert devices.best_device().dtype == dtype
    machine(monkeypatch, Card(24, 24), Card(24, 24))
    assert {devices.best_device().dtype, devices.combined_devices().dtype} == {dtype}
    # Of 10 billion parameters in single precision, 48 GB are too many for one of these.
    assert bool(devices.choose_placement(9.0).shares) == (dtype == "float32")


def test_numbers_that_there_are_not_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    monkeypatch.setenv("PFVIZ_DTYPE", "int4")
    with pytest.raises(ModelError, match="PFVIZ_DTYPE is 'int4': set it to one of float32, bfloat16, float16, int8"):
        devices.best_device()


def test_8_bit_integers_are_for_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_DTYPE", "int8")
    machine(monkeypatch)
    monkeypatch.setattr(devices, "fast_cpu_dtype", lambda: "bfloat16")
    assert devices.best_device().dtype == "bfloat16"  # of what is no linear layer
    assert devices.takes_int8(devices.best_device())
    machine(monkeypatch, Card(24, 24))
    with pytest.raises(ModelError, match="int8, which is for CPUs"):
        devices.best_device()


def test_other_numbers_that_are_asked_for_are_not_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_DTYPE", "bfloat16")
    monkeypatch.setattr(devices, "is_int8_fast", lambda: True)
    machine(monkeypatch)
    assert not devices.takes_int8(devices.best_device())


def test_cuda_that_is_only_played_is_not_used_on_a_thread_that_does_not_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)

    def empty(*_: object, **__: object) -> None:
        raise RuntimeError("no CUDA on this thread")

    monkeypatch.setattr(torch, "empty", empty)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert devices.best_device().device == "cpu"
