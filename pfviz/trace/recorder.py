"""Events → trace. An observer: it keeps what it is shown, draws nothing and changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pfviz.errors import TraceError
from pfviz.inference.events import (
    Event,
    NoteAdded,
    ParticlesSelected,
    ParticlesWeighed,
    RunEnded,
    RunStarted,
    StepsExtended,
    StepsScored,
    SwapProposed,
    SweepEnded,
    SweepStarted,
)
from pfviz.trace.trace import Trace
from pfviz.types import BoolArray, IntArray


class Recorder:
    """Collects the events of one run; `trace()` is a valid trace of its complete steps at any time.

    A step is complete with its `ParticlesSelected`. What a stopped run leaves of a step before that is dropped, and so
    is a sweep that has no complete step while there is one before it.
    """

    def __init__(self) -> None:
        self._reset(None)

    def _reset(self, run: RunStarted | None) -> None:
        self._run = run
        self._status = "running"
        self._rows: list[_StepRow] = []
        self._sweep = SweepStarted(0, 0, False)
        self._ended: SweepEnded | None = None
        self._notes: list[NoteAdded] = []
        self._swaps: list[SwapProposed] = []
        self._earlier: list[Trace] = []
        self._extended: StepsExtended | None = None
        self._scored: StepsScored | None = None
        self._weighed: ParticlesWeighed | None = None

    @property
    def steps(self) -> int:
        """Complete steps of the sweep so far."""
        return len(self._rows)

    def record(self, event: Event) -> None:
        """Take in one event.

        Raises:
            TraceError: the event comes out of order, or a particle that is not finished wrote no step.
        """
        match event:
            case RunStarted():
                self._reset(event)
            case SweepStarted():
                self._begin_sweep(event)
            case NoteAdded():
                self._notes.append(event)
            case SweepEnded():
                self._ended = event
            case SwapProposed():
                self._swaps.append(event)
            case StepsExtended():
                self._extended = event
            case StepsScored():
                self._scored = event
            case ParticlesWeighed():
                self._weighed = event
            case ParticlesSelected():
                self._complete_step(event)
            case RunEnded():
                self._status = event.status
            case _:  # TokensDrafted leaves nothing behind
                pass

    def record_each(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, each recorded before it is passed on."""
        for event in events:
            self.record(event)
            yield event

    def trace(self) -> Trace:
        """A snapshot of the complete steps, O(T·N) in numbers; texts are shared, never copied.

        Raises:
            TraceError: no run has started yet.
        """
        if self._run is None:
            raise TraceError("no run has started: a recorder needs `RunStarted` first")
        if not self._rows and self._earlier:
            return self._add_run_state(self._earlier[-1], self._earlier[:-1])
        return self._add_run_state(self._snapshot(), self._earlier)

    def broken_off(self, reason: str) -> Trace | None:
        """The trace of a run that an error ended: stopped after its last complete step, with the reason as a note
        there. None if there is no such step."""
        if self._run is None or not (self._rows or self._earlier):
            return None
        stopped = replace(self.trace(), status="stopped")
        note = NoteAdded(stopped.steps - 1, (), f"The run was broken off: {reason}")
        return replace(stopped, notes=(*stopped.notes, note))

    def _add_run_state(self, sweep: Trace, earlier: list[Trace]) -> Trace:
        return replace(sweep, status=self._status, earlier=tuple(earlier), swaps=tuple(self._swaps))

    def _begin_sweep(self, event: SweepStarted) -> None:
        """Put the sweep that was to the earlier ones."""
        if self._rows:
            self._earlier.append(self._snapshot())
        self._sweep, self._ended, self._rows, self._notes = event, None, [], []

    def _snapshot(self) -> Trace:
        """The complete steps of the present sweep, as a trace on its own."""
        assert self._run is not None
        run, rows, n = self._run, list(self._rows), int(self._run.settings["particles"])

        def grid(name: str, dtype: type) -> Any:
            return np.array([getattr(row, name) for row in rows], dtype=dtype).reshape(len(rows), n)

        def series(name: str, dtype: type) -> Any:
            return np.array([getattr(row, name) for row in rows], dtype=dtype)

        return Trace(
            problem=run.problem,
            truth=run.truth,
            generator=run.generator,
            reward=run.reward,
            method=run.method,
            settings=dict(run.settings),
            seed=int(run.seed),
            versions=dict(run.versions),
            started=run.started,
            status=self._ended.status if self._ended else "running",
            iteration=self._sweep.iteration,
            chain=self._sweep.chain,
            pinned=self._sweep.pinned,
            retained=self._ended.retained if self._ended else None,
            notes=tuple(note for note in self._notes if note.step < len(rows)),
            texts=[row.texts for row in rows],
            token_ids=[row.token_ids for row in rows],
            token_log_probs=[row.token_log_probs for row in rows],
            entropies=[row.entropies for row in rows],
            token_rewards=[row.token_rewards for row in rows],
            reward_ends=[row.reward_ends for row in rows],
            ends=[row.ends for row in rows],
            **{name: grid(name, np.int64) for name in ("uids", "ancestors", "tokens")},
            **{name: grid(name, np.float64) for name in ("rewards", "log_carried", "log_weights", "log_probs")},
            step_labels=np.full((len(rows), n), np.nan),  # whoever reads the run says what its steps are worth
            finished=grid("finished", np.bool_),
            resampled=series("resampled", np.bool_),
            **{name: series(name, np.float64) for name in ("ess", "log_evidence", "temperatures", "seconds")},
        )

    def _complete_step(self, selected: ParticlesSelected) -> None:
        t = len(self._rows)
        extended, scored, weighed = self._extended, self._scored, self._weighed
        if self._run is None or extended is None or scored is None or weighed is None:
            raise TraceError(
                f"step {selected.step}: `ParticlesSelected` came before `StepsExtended`, `StepsScored` and "
                "`ParticlesWeighed`"
            )
        if {extended.step, scored.step, weighed.step, selected.step} != {t}:
            raise TraceError(f"step {t} was expected, but the event `ParticlesSelected` is of step {selected.step}")
        before = self._rows[-1] if self._rows else None
        self._rows.append(
            _StepRow(int(self._run.settings["particles"]), t, before, extended, scored, weighed, selected)
        )
        self._extended = self._scored = self._weighed = None


class _StepRow:
    """One complete step in columns."""

    def __init__(
        self,
        n: int,
        t: int,
        before: _StepRow | None,
        extended: StepsExtended,
        scored: StepsScored,
        weighed: ParticlesWeighed,
        selected: ParticlesSelected,
    ) -> None:
        new = extended.steps
        self.uids: IntArray = np.arange(t * n, (t + 1) * n)
        self.finished: BoolArray = np.zeros(n, dtype=np.bool_)
        if before is not None:
            self.finished = before.finished[before.ancestors]
            self.uids = np.where(self.finished, before.uids[before.ancestors], self.uids)
        if missing := [slot for slot in range(n) if (slot in new) == bool(self.finished[slot])]:
            raise TraceError(
                f"step {t}: a step is expected of every slot that is not finished, and of no other; wrong at {missing}"
            )
        self.finished = self.finished | np.array([slot in new and new[slot].finished for slot in range(n)])
        self.ancestors: IntArray = np.array(selected.ancestors, dtype=np.int64)
        self.rewards = np.array(scored.rewards, dtype=np.float64)
        self.log_carried = np.array(weighed.log_carried, dtype=np.float64)
        self.log_weights = np.array(weighed.log_weights, dtype=np.float64)
        self.tokens = np.array([len(new[slot].token_ids) if slot in new else 0 for slot in range(n)])
        known = [new[slot].log_prob if slot in new else 0.0 for slot in range(n)]
        self.log_probs = np.array([math.nan if value is None else value for value in known])
        self.texts = [new[slot].text if slot in new else "" for slot in range(n)]
        self.token_ids = [list(new[slot].token_ids) if slot in new else [] for slot in range(n)]
        self.token_log_probs = [list(new[slot].token_log_probs) if slot in new else [] for slot in range(n)]
        self.entropies = [list(new[slot].entropies) if slot in new else [] for slot in range(n)]
        said = scored.tokens
        self.token_rewards = [list(said[slot].rewards) if slot in said else [] for slot in range(n)]
        self.reward_ends = [list(said[slot].ends) if slot in said else [] for slot in range(n)]
        self.ends: list[str] = [new[slot].end if slot in new else "" for slot in range(n)]
        self.ess = weighed.ess
        self.log_evidence = weighed.log_evidence
        self.temperatures = weighed.temperature
        self.resampled = selected.resampled
        self.seconds = selected.seconds
