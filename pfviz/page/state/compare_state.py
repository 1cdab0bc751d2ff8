"""The comparison of one browser tab: the runs that were set side by side, and whether rivals are being made."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from pfviz.comparison.comparison import MAX_RUNS, Comparison, compare
from pfviz.text import pluralise
from pfviz.trace import Trace


@dataclass
class CompareState:
    """At most `MAX_RUNS` runs, in the order in which they came."""

    traces: list[Trace] = field(default_factory=list)
    messages: tuple[str, ...] = ()  # what was refused, a sentence each, by the last thing the visitor did
    job: threading.Event | None = None  # while rivals are being made; set to stop them
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def comparison(self) -> Comparison | None:
        """The runs side by side; None while there is none."""
        with self.lock:
            return compare(self.traces) if self.traces else None

    def add(self, traces: Iterable[Trace]) -> list[str]:
        """Add what is new, as long as there is room; what was refused, a sentence for each reason."""
        again, over = 0, 0
        with self.lock:
            for trace in traces:
                if any(_is_same(trace, known) for known in self.traces):
                    again += 1
                elif len(self.traces) >= MAX_RUNS:
                    over += 1
                else:
                    self.traces.append(trace)
        found = [f"{pluralise(again, 'run')} {'was' if again == 1 else 'were'} here already."] if again else []
        if over:
            found.append(
                f"{MAX_RUNS} runs are compared at most; {pluralise(over, 'run')} {'was' if over == 1 else 'were'} left "
                "out. Remove one to make room."
            )
        return found

    def remove(self, place: int) -> None:
        """Take one run away; nothing happens if there is none at that place."""
        with self.lock:
            if 0 <= place < len(self.traces):
                del self.traces[place]

    def begin_job(self) -> threading.Event:
        """Rivals are made; those that are being made already are stopped."""
        with self.lock:
            self.stop_job()
            self.job = threading.Event()
            return self.job

    def end_job(self, job: threading.Event) -> None:
        """Rivals are made no more."""
        with self.lock:
            job.set()
            if self.job is job:
                self.job = None

    def stop_job(self) -> None:
        with self.lock:
            if self.job is not None:
                self.job.set()

    def clear(self) -> None:
        """No runs; rivals that are being made are stopped."""
        with self.lock:
            self.stop_job()
            self.traces.clear()
            self.job, self.messages = None, ()


def _is_same(one: Trace, other: Trace) -> bool:
    """Whether two traces are of one run, recorded as far: a run that is opened again is another object."""
    return one is other or _run_key(one) == _run_key(other)


def _run_key(trace: Trace) -> tuple[str, ...]:
    parts = (trace.problem, trace.started, trace.seed, trace.reward, trace.method, trace.generator, trace.steps)
    return (*map(str, parts), str(sorted(trace.settings.items(), key=lambda item: item[0])))
