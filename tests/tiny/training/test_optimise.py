"""The optimiser: nearly orthogonal updates, a schedule, checkpoints that go on where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from pfviz.tiny.training.optimise import Optimiser, orthogonalise, restore_checkpoint, save_checkpoint


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 4), torch.nn.Linear(4, 6)])
        self.head = torch.nn.Linear(6, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = torch.tanh(layer(x))
        found: torch.Tensor = self.head(x)
        return found


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 5, 9), (2, 9, 5)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalise(torch.randn(*shape)))
    assert values.min() > 0.3
    assert values.max() < 1.4


def test_schedule() -> None:
    optimiser = Optimiser(Net(), 1000, 1e-2, 1e-3, decay=0.4)
    scales = [optimiser.scale(step) for step in range(1000)]
    assert all(0 < scale <= 1 for scale in scales)
    assert scales[0] < scales[50] < scales[200] == scales[500] == 1
    assert scales[700] > scales[900] > scales[999]


def steps(net: Any, optimiser: Optimiser, span: range) -> list[float]:
    torch.manual_seed(1)
    x = torch.randn(32, 4)
    y = torch.sin(x.sum(1, keepdim=True))
    losses = []
    for step in span:
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        optimiser.step(step)
        losses.append(loss.item())
    return losses


def test_it_learns() -> None:
    torch.manual_seed(0)
    net = Net()
    losses = steps(net, Optimiser(net, 200, 1e-2, 1e-2), range(200))
    assert losses[-1] < 0.6 * losses[0]


def test_frozen_parameters_stay(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Net()
    net.layers[0].requires_grad_(False)
    before = [p.clone() for p in net.parameters()]
    steps(net, Optimiser(net, 20, 1e-2, 1e-2), range(5))
    same = [torch.equal(old, new) for old, new in zip(before, net.parameters(), strict=True)]
    assert same == [True, True, False, False, False, False]


def test_a_checkpoint_goes_on_where_it_stopped(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = Net()
    optimiser = Optimiser(whole, 20, 1e-2, 1e-2)
    losses = steps(whole, optimiser, range(10))
    save_checkpoint(tmp_path / "net.pt", whole, optimiser, 10)
    losses += steps(whole, optimiser, range(10, 20))
    again = Net()
    other = Optimiser(again, 20, 1e-2, 1e-2)
    assert restore_checkpoint(tmp_path / "absent.pt", again, other) == 0
    assert restore_checkpoint(tmp_path / "net.pt", again, other) == 10
    assert steps(again, other, range(10, 20)) == pytest.approx(losses[10:])
    assert [path.name for path in tmp_path.iterdir()] == ["net.pt"]
