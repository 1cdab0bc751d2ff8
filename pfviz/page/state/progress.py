"""Events → moments worth showing: one for each step, and progress in between. Pure but for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pfviz.errors import name_error
from pfviz.inference.events import (
    Event,
    ParticlesSelected,
    RunEnded,
    RunStarted,
    StepsExtended,
    SweepStarted,
    TokensDrafted,
)
from pfviz.inference.methods import has_iterations
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
    sweep: str = ""  # which iteration and chain, of a method that has several


@dataclass(frozen=True, slots=True)
class ProgressUpdate:
    """Something to show: the progress, and the trace where a step was completed or the run ended."""

    progress: Progress
    trace: Trace | None = None
    texts: Mapping[int, str] = field(default_factory=dict)  # slot -> what it is writing, where that is new

    @property
    def ended(self) -> bool:
        return self.progress.status not in ("loading", "running")


def follow_events(
    events: Iterable[Event], *, clock: Callable[[], float] = time.monotonic, pause: float = 0.15, past: int = 0
) -> Generator[ProgressUpdate]:
    """Moments of a run: every completed step, and between two of them at most one each `pause` seconds. The first
    `past` steps of a run that goes on are known already, and are passed over.

    Where an error ends the run, what it did until then is one more moment, and the error is raised after it."""
    recorder = Recorder()
    last, known = Progress(), 0
    try:
        for moment in _follow_recorded(events, recorder, clock, pause, past):
            last, known = moment.progress, known + (moment.trace is not None)
            yield moment
    except Exception as error:
        left = recorder.broken_off(name_error(error))
        if left is not None and known:
            yield ProgressUpdate(replace(last, status="stopped", step=left.steps), left)
        raise


def _follow_recorded(
    events: Iterable[Event], recorder: Recorder, clock: Callable[[], float], pause: float, past: int
) -> Iterator[ProgressUpdate]:
    progress, written, begun, shown = Progress(), 0, clock(), clock()
    pinned, several, known = False, False, 0
    texts: Mapping[int, str] = {}
    for event in recorder.record_each(events):
        now = clock()
        match event:
            case RunStarted():
                particles = int(event.settings["particles"])
                progress = replace(progress, status="running", particles=particles, writing=particles, step=1)
                several = has_iterations(event.method)
                begun = now
            case TokensDrafted():
                progress = replace(progress, step=event.step + 1, writing=event.active, tokens=written + event.tokens)
                texts = event.texts or texts
                if now - shown < pause:
                    continue
            case SweepStarted():
                pinned = event.pinned
                progress = replace(progress, step=1, writing=progress.particles, sweep=_sweep_name(several, event))
                continue
            case StepsExtended():
                written += sum(len(step.token_ids) for slot, step in event.steps.items() if slot or not pinned)
                going_on = sum(not step.finished for step in event.steps.values())
                progress = replace(progress, tokens=written, writing=going_on)
                continue
            case ParticlesSelected():
                known += 1
                if known < past:
                    continue
            case RunEnded():
                pass
            case _:
                continue
        shown = now
        progress = replace(progress, seconds=now - begun)
        if isinstance(event, RunEnded):
            progress = replace(progress, status=event.status, step=recorder.steps)
        trace = recorder.trace() if isinstance(event, ParticlesSelected | RunEnded) else None
        yield ProgressUpdate(progress, trace, texts if trace is None else {})
        texts = {}


def _sweep_name(several: bool, sweep: SweepStarted) -> str:
    chain = f", chain {sweep.chain + 1}" if sweep.chain else ""
    return f"Iteration {sweep.iteration + 1}{chain}: " if several else ""
