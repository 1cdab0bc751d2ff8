"""A Space on ZeroGPU."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pfviz.models.decoding.threads import use_one_thread
from pfviz.page.serving import zerogpu
from tests.page.serving import fake_spaces
from tests.page.serving.fake_spaces import FakeSpaces


@pytest.fixture
def spaces(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[FakeSpaces]:
    """A Space on ZeroGPU."""
    use_one_thread()  # as the page does; a process that was forked beside PyTorch's threads would lack them
    found = fake_spaces.modules(emulation=getattr(request, "param", True))
    for name, module in found.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    zerogpu.gpu_task.cache_clear()
    fake = found["spaces"]
    assert isinstance(fake, FakeSpaces)
    yield fake
    fake.close()
    zerogpu.gpu_task.cache_clear()
