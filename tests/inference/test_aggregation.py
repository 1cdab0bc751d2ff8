"""Aggregated rewards: by hand, and in traces along every lineage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import pfviz
from pfviz.inference.aggregation import AGGREGATIONS
from tests.contracts import toy
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


def test_model_asks_for_the_whole_and_takes_what_it_says() -> None:
    asked = set()

    def judge(problem: str, steps: list[str]) -> float:
        asked.add(len(steps))
        return (1 + len(steps[0])) / 10_000

    common = {"generator": toy.ToyGenerator(), "reward": judge, "particles": 4, "seed": 2}
    trace = pfviz.run("1 + 1", **common, aggregation="model")
    assert asked == {1}
    assert trace.steps > 2
    for t in range(trace.steps):
        for n in range(trace.particles):
            assert trace.rewards[t, n] == judge("", ["\n\n".join(trace.path_texts(t, n))])
    assert (trace.scores == trace.rewards).all()
    resumed = pfviz.resume(trace.upto(1), generator=toy.ToyGenerator(), reward=judge)
    assert (resumed.rewards == trace.rewards).all()
    pfviz.run("1 + 1", **common, aggregation="last")
    assert asked > {1}


def test_a_trace_of_an_older_version_counts_the_last_reward() -> None:
    trace = synthetic_trace(8, 5)
    settings = {name: value for name, value in trace.settings.items() if name != "aggregation"}
    assert (dataclasses.replace(trace, settings=settings).scores == trace.rewards).all()
