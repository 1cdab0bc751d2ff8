"""Events → moments worth showing: one for each step, and progress in between. Pure but for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace

from pfviz.inference.events import Drafting, Event, Extended, RunEnded, RunStarted, Selected
from pfviz.trace import Recorder, Trace


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    status: str = "loading"  # "loading", "running", "finished", "step limit", "stopped"
    step: int = 0  # from 1; 0 before the first
    writing: int = 0  # particles that are not finished
    particles: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to show: the progress, and the trace where a step was completed or the run ended."""

    progress: Progress
    trace: Trace | None = None

    @property
    def ended(self) -> bool:
        return self.progress.status not in ("loading", "running")


def follow(
    events: Iterable[Event], *, clock: Callable[[], float] = time.monotonic, pause: float = 0.15
) -> Generator[Moment]:
    """Moments of a run: every completed step, and between two of them at most one each `pause` seconds."""
    recorder = Recorder()
    progress, written, begun, shown = Progress(), 0, clock(), clock()
    for event in recorder.watch(events):
        now = clock()
        match event:
            case RunStarted():
                particles = int(event.settings["particles"])
                progress = replace(progress, status="running", particles=particles, writing=particles, step=1)
                begun = now
            case Drafting():
                progress = replace(progress, step=event.step + 1, writing=event.active, tokens=written + event.tokens)
                if now - shown < pause:
                    continue
            case Extended():
                written += sum(len(step.token_ids) for step in event.steps.values())
                going_on = sum(not step.finished for step in event.steps.values())
                progress = replace(progress, tokens=written, writing=going_on)
                continue
            case Selected() | RunEnded():
                pass
            case _:
                continue
        shown = now
        progress = replace(progress, seconds=now - begun)
        if isinstance(event, RunEnded):
            progress = replace(progress, status=event.status, step=recorder.steps)
        yield Moment(progress, recorder.trace() if isinstance(event, Selected | RunEnded) else None)
