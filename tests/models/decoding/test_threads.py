"""The page and the command line compute on one thread; the library leaves its caller's threads alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

import pfviz
from pfviz.models.decoding.threads import use_one_thread
from pfviz.page.serving.engine import SharedEngine
from tests.contracts import toy


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_one_thread() -> None:
    use_one_thread()
    assert torch.get_num_threads() == 1


def test_the_page_computes_on_one() -> None:
    for _ in SharedEngine().stream("1 + 2", stop=lambda: False, particles=1):
        pass
    assert torch.get_num_threads() == 1


def test_the_library_leaves_them_alone() -> None:
    pfviz.run("toy", generator=toy.ToyGenerator(), reward=toy.reward, particles=2)
    assert torch.get_num_threads() == 2
