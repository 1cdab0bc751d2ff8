"""Where the tensors of a model are. Whole runs over several devices are in test_spread.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from pfviz.models.decoding.tensors import DeviceCopies, input_device, to_float64
from tests.models import pretend


@pytest.mark.parametrize(("device", "then"), [("cpu", "cpu"), ("cuda:1", "cuda:1"), ("mps", "cpu")])
def test_double_precision_is_on_the_cpu_where_the_device_has_none(device: str, then: str) -> None:
    with pretend.Machine():
        found = to_float64(torch.tensor([0.5], device=device))
        assert (str(found.device), found.dtype, found.tolist()) == (then, torch.float64, [0.5])


@pytest.mark.parametrize(("device", "then"), [("cpu", "cpu"), ("cuda:1", "cuda:1"), ("meta", "cpu")])
def test_ids_go_where_the_model_begins(device: str, then: str) -> None:
    assert input_device(SimpleNamespace(device=torch.device(device))) == torch.device(then)


def test_there_is_one_copy_for_each_device() -> None:
    with pretend.Machine():
        rows, columns = torch.tensor([1, 2]), torch.tensor([3, 4])
        both = DeviceCopies(rows, columns)
        assert both.get(torch.device("cpu")) == (rows, columns)
        moved = both.get(torch.device("cuda:1"))
        assert [(str(part.device), part.tolist()) for part in moved] == [("cuda:1", [1, 2]), ("cuda:1", [3, 4])]
        assert both.get(torch.device("cuda:1"))[0] is moved[0]
