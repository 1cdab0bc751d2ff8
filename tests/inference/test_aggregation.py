"""Aggregated rewards: by hand, and in traces along every lineage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pfviz.inference.aggregation import AGGREGATIONS
from tests.traces import synthetic_trace

NAN = float("nan")
HISTORY = np.array([[0.5, 0.9], [0.2, NAN], [0.4, NAN]])  # the second particle was finished after its first step


@pytest.mark.parametrize(
    ("name", "expected"),
    [("last", [0.4, 0.9]), ("min", [0.2, 0.9]), ("product", [0.04, 0.9]), ("mean", [1.1 / 3, 0.9])],
)
def test_by_hand(name: str, expected: list[float]) -> None:
    assert AGGREGATIONS[name](HISTORY) == pytest.approx(expected)


@pytest.mark.parametrize(("name", "plain"), [("min", min), ("product", np.prod), ("mean", np.mean)])
def test_a_trace_aggregates_along_its_lineages(name: str, plain: object) -> None:
    trace = synthetic_trace(8, 5)
    trace = dataclasses.replace(trace, settings={**trace.settings, "aggregation": name})
    for t in range(trace.steps):
        for n in range(trace.particles):
            path = [float(trace.rewards[node]) for node in trace.solution(t, n)]
            assert trace.scores[t, n] == pytest.approx(plain(path))  # type: ignore[operator]


def test_a_trace_of_an_older_version_counts_the_last_reward() -> None:
    trace = synthetic_trace(8, 5)
    settings = {name: value for name, value in trace.settings.items() if name != "aggregation"}
    assert (dataclasses.replace(trace, settings=settings).scores == trace.rewards).all()
