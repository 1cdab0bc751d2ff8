"""Runs in a process that plays ZeroGPU, and what they are compared by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from pfviz import api
from pfviz.inference.events import Event
from pfviz.page.serving import zerogpu
from pfviz.trace import Recorder, Trace, dumps

PROBLEM = "Compute (12 + 7) * 3 - 45"
PAIR: dict[str, Any] = {"generator": "embedded", "reward": "embedded"}
RUN: dict[str, Any] = {**PAIR, "particles": 4, "seed": 7}


def never() -> bool:
    return False


def recorded(events: Iterator[Event]) -> Trace:
    recorder = Recorder()
    for event in events:
        recorder.record(event)
    return recorder.trace()


def comparable(trace: Trace) -> str:
    """A trace without what the clock says."""
    data = json.loads(dumps(trace))
    for sweep in (data, *data["earlier"]):
        del sweep["seconds"]
    return json.dumps(data | {"started": ""})


def stream(problem: str, *, stop: Callable[[], bool] = never, **settings: Any) -> Iterator[Event]:
    """A run on the GPU."""
    return zerogpu.start(api.prepare(problem, **settings), stop=stop)


def resume(trace: Trace, *, stop: Callable[[], bool] = never) -> Iterator[Event]:
    return zerogpu.start(api.prepare_resume(trace), stop=stop)


def seconds(settings: dict[str, Any]) -> int:
    """What a run with these settings asks for."""
    prepared = api.prepare(PROBLEM, **settings)
    return zerogpu.duration(prepared.policy, *prepared.names)


class Stopper:
    """`stop`, from the moment at which an event of that kind was seen for the n-th time."""

    def __init__(self, kind: type, n: int) -> None:
        self.kind, self.left, self.asked = kind, n, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.left <= 0

    def watch(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            self.left -= isinstance(event, self.kind)
            yield event
