"""A run for ArviZ, with a stand-in for either of its two interfaces."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.errors import ExportError
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

TRACE = synthetic_trace(8, 5)


def old_from_dict(
    posterior: Any = None, *, sample_stats: Any, constant_data: Any, coords: Any, dims: Any, attrs: Any
) -> Any:
    return SimpleNamespace(
        posterior=posterior,
        sample_stats=sample_stats,
        constant_data=constant_data,
        coords=coords,
        dims=dims,
        attrs=attrs,
    )


def new_from_dict(data: dict[str, Any], *, name: str | None = None, coords: Any = None, dims: Any = None) -> Any:
    return SimpleNamespace(**data, coords=coords, dims=dims, attrs={})


@pytest.fixture(params=[old_from_dict, new_from_dict])
def arviz(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", SimpleNamespace(from_dict=request.param))  # type: ignore[arg-type]


@pytest.mark.usefixtures("arviz")
def test_particles_are_draws_with_their_weights() -> None:
    found = pfviz.to_arviz(TRACE)
    assert np.array_equal(found.posterior["reward"], TRACE.rewards[-1:])
    assert found.sample_stats["weight"].sum() == pytest.approx(1)
    assert np.array_equal(found.constant_data["ess"], TRACE.ess[None])
    for slot in range(8):
        path = TRACE.solution(TRACE.steps - 1, slot)
        along = found.posterior["reward_by_step"][0, slot]
        assert along[: len(path)].tolist() == [TRACE.rewards[node] for node in path]
        assert np.isnan(along[len(path) :]).all()
    right = {slot for row in TRACE.answers.rows if row.correct for slot in row.members}
    assert set(np.flatnonzero(found.posterior["correct"][0] == 1).tolist()) == right
    assert (found.attrs["problem"], found.attrs["seed"]) == (TRACE.problem, "0")
    assert np.isnan(pfviz.to_arviz(replace(TRACE, truth=None)).posterior["correct"]).all()


@pytest.mark.usefixtures("arviz")
def test_complete_sweeps_are_chains() -> None:
    trace = gibbs()
    found = pfviz.to_arviz(trace)
    complete = [sweep for sweep in trace.sweeps if sweep.complete]
    assert found.posterior["reward"].shape == (len(complete), trace.particles)
    assert len(found.coords["step"]) == max(sweep.steps for sweep in complete)


def test_without_arviz_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(ExportError, match="pip install arviz"):
        pfviz.to_arviz(TRACE)
