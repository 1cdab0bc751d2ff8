"""A program on this machine has the stored runs; one that may be anybody's has them not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from gradio.context import LocalContext

from pfviz.errors import PfvizError
from pfviz.page.blocks.events.callers import choose_keeper
from pfviz.page.state.stored_runs import RunLibrary
from pfviz.store import Store
from pfviz.trace import dumps
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "runs.db") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nobody_asks_afterwards() -> Iterator[None]:
    yield
    LocalContext.request.set(None)


def come_from(**headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    LocalContext.request.set(SimpleNamespace(headers=named))  # type: ignore[arg-type]


def test_a_program_on_this_machine_has_the_stored_runs(store: Store) -> None:
    keeper = choose_keeper(RunLibrary(store))
    come_from(host="127.0.0.1:7860")
    recording = keeper.begin_recording()
    recording.record(TRACE)
    run = recording.run_id
    assert dumps(store.load(run)) == dumps(keeper.load(run)) == dumps(TRACE)
    assert [item["run"] for item in keeper.entries("compute")] == [run]


@pytest.mark.parametrize("shared", [True, False])
def test_a_program_from_elsewhere_has_its_own_alone(store: Store, shared: bool) -> None:
    stored = store.save(TRACE)
    keeper = choose_keeper(RunLibrary(store, shared=shared))
    come_from(x_forwarded_for="203.0.113.9")
    recording = keeper.begin_recording()
    recording.record(TRACE)
    assert keeper.load(recording.run_id) is TRACE
    assert keeper.entries("") == []
    with pytest.raises(PfvizError, match="There is no run"):
        keeper.load(stored)
    assert store.count() == 1
