"""Where the tensors of a model are. Whole runs over several devices are in test_spread.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from pfviz.models.tensors import Everywhere, double, inputs
from tests.models import pretend


@pytest.mark.parametrize(("device", "then"), [("cpu", "cpu"), ("cuda:1", "cuda:1"), ("mps", "cpu")])
def test_double_precision_is_on_the_cpu_where_the_device_has_none(device: str, then: str) -> None:
    with pretend.Machine():
        found = double(torch.tensor([0.5], device=device))
        assert (str(found.device), found.dtype, found.tolist()) == (then, torch.float64, [0.5])


@pytest.mark.parametrize(("device", "then"), [("cpu", "cpu"), ("cuda:1", "cuda:1"), ("meta", "cpu")])
def test_ids_go_where_the_model_begins(device: str, then: str) -> None:
    assert inputs(SimpleNamespace(device=torch.device(device))) == torch.device(then)


def test_there_is_one_copy_for_each_device() -> None:
    with pretend.Machine():
        rows, columns = torch.tensor([1, 2]), torch.tensor([3, 4])
        both = Everywhere(rows, columns)
        assert both.on(torch.device("cpu")) == (rows, columns)
        moved = both.on(torch.device("cuda:1"))
        assert [(str(part.device), part.tolist()) for part in moved] == [("cuda:1", [1, 2]), ("cuda:1", [3, 4])]
        assert both.on(torch.device("cuda:1"))[0] is moved[0]
