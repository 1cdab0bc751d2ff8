"""Events cross from one process to another: a page may follow a run that is elsewhere."""

from __future__ import annotations

import pickle
from typing import get_args

from pfviz import api
from pfviz.inference.events import Event, RunStarted
from pfviz.trace import Recorder
from pfviz.trace.json_file import dumps


def gaps(problem: str, steps: list[str]) -> float:
    """A reward that is no number now and then, which is noted."""
    return float("nan") if len(steps) == 1 else 0.25 + 0.5 * (len(steps[-1]) % 2)


def test_every_event_of_a_run_survives_pickle() -> None:
    events = list(
        api.stream(
            "Compute (12 + 7) * 3 - 45", generator="embedded", reward=gaps, method="parallel_tempering",
            particles=3, iterations=2, chains=2, seed=7,
        )
    )  # fmt: skip
    assert {type(event) for event in events} == set(get_args(Event))
    here, there = Recorder(), Recorder()
    for event in events:
        here.record(event)
        there.record(pickle.loads(pickle.dumps(event)))
    assert dumps(there.trace()) == dumps(here.trace())


def test_the_versions_of_a_run_are_its_own() -> None:
    def started() -> RunStarted:
        first = next(iter(api.stream("Compute 1 + 2", reward=gaps, particles=1)))
        assert isinstance(first, RunStarted)
        return first

    versions = started().versions
    assert isinstance(versions, dict)
    versions["pfviz"] = "none"
    assert started().versions["pfviz"] != "none"
