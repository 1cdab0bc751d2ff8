"""The lab of one browser tab: the runs that were brought together, and what was diagnosed of them."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pfviz.errors import LabError
from pfviz.lab.diagnosis import Diagnosis, diagnose
from pfviz.lab.repair.repair import Repair, repair_reward
from pfviz.text import pluralise
from pfviz.trace import Trace

MAX_TRACES = 200
"""Traces that a visitor may bring together: they stay in the memory of the server."""


@dataclass
class Lab:
    """Runs are only ever added, so a place in `traces` names a run until the lab is cleared."""

    traces: list[Trace] = field(default_factory=list)
    reward: str | None = None  # whose runs are diagnosed; None is the one that most runs have
    diagnosis: Diagnosis | None = None
    repair: Repair | None = None  # of the same reward; None where none can be fitted
    diagnosed_runs: tuple[int, ...] = ()  # the places of its runs
    opened_node: tuple[int, int, int] | None = None  # run, sweep and uid of the example that was opened last
    messages: tuple[str, ...] = ()  # what was refused, a sentence each, by the last thing the visitor did
    batch: threading.Event | None = None  # while one goes on; set to stop it
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _requested: int = 0  # how often it was to be diagnosed
    _completed: int = 0  # which of these the diagnosis is

    def add(self, traces: Iterable[Trace]) -> list[str]:
        """Add what is new, as long as there is room; what was refused, a sentence for each reason."""
        again, over = 0, 0
        with self.lock:
            known = {_run_key(trace) for trace in self.traces}
            for trace in traces:
                if _run_key(trace) in known:
                    again += 1
                elif len(self.traces) >= MAX_TRACES:
                    over += 1
                else:
                    self.traces.append(trace)
                    known.add(_run_key(trace))
        found = [f"{pluralise(again, 'run')} {'was' if again == 1 else 'were'} in the lab already."] if again else []
        if over:
            found.append(
                f"The lab holds {MAX_TRACES} runs at most; {pluralise(over, 'run')} "
                f"{'was' if over == 1 else 'were'} left out."
            )
        return found

    @property
    def rewards(self) -> Counter[str]:
        """How many runs each reward has."""
        with self.lock:
            return Counter(trace.reward for trace in self.traces)

    def diagnose(self) -> None:
        """Look again at the runs of one reward: the chosen one, or that of most. It takes a while, and what was asked
        for later meanwhile stays."""
        with self.lock:
            self._requested += 1
            mine = self._requested
            counted = self.rewards
            if self.reward not in counted:
                self.reward = None
            reward = self.reward or (counted.most_common(1)[0][0] if counted else None)
            places = tuple(place for place, trace in enumerate(self.traces) if trace.reward == reward)
            traces = [self.traces[place] for place in places]
        found = diagnose(traces) if traces else None
        repair = _try_repair(traces)
        with self.lock:
            kept = [self.traces[place] for place in places if place < len(self.traces)] == traces  # not cleared
            if kept and mine > self._completed:
                self.diagnosis, self.diagnosed_runs, self._completed = found, places, mine
                self.repair = repair

    def snapshot(self) -> Lab:
        """What it holds now, to be drawn while a batch or the visitor changes it."""
        with self.lock:
            return dataclasses.replace(self, traces=list(self.traces))

    def begin_batch(self) -> threading.Event:
        """A new batch; one that goes on is stopped."""
        with self.lock:
            self.stop_batch()
            self.batch = threading.Event()
            return self.batch

    def end_batch(self, batch: threading.Event) -> None:
        """The batch is over."""
        with self.lock:
            batch.set()
            if self.batch is batch:
                self.batch = None

    def stop_batch(self) -> None:
        with self.lock:
            if self.batch is not None:
                self.batch.set()

    def clear(self) -> None:
        """No runs; a batch that goes on is stopped."""
        with self.lock:
            self.stop_batch()
            self.traces.clear()
            self.repair = None
            self.batch, self.reward, self.diagnosis, self.diagnosed_runs, self.opened_node, self.messages = (
                None,
                None,
                None,
                (),
                None,
                (),
            )


def _try_repair(traces: Sequence[Trace]) -> Repair | None:
    """The repair of their reward; None where there is one problem, or only right or only wrong prefixes."""
    try:
        return repair_reward(traces)
    except LabError:
        return None


def _run_key(trace: Trace) -> tuple[str, ...]:
    """What two runs never share, unless they are one."""
    return tuple(map(str, (trace.problem, trace.started, trace.seed, trace.reward, trace.method, trace.generator)))
