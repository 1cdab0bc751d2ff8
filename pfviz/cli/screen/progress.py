"""A run while it goes on: one line per step that stays, and under them what is being written now."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from pfviz.cli.screen.terminal import one_line
from pfviz.inference.events import (
    Event,
    NoteAdded,
    ParticlesSelected,
    ParticlesWeighed,
    RunStarted,
    StepsExtended,
    StepsScored,
    SwapProposed,
    SweepStarted,
    TokensDrafted,
)
from pfviz.inference.methods import has_iterations


class Interrupt:
    """Ctrl-C as a wish: the first one asks the run to stop between two tokens, a second one breaks off at once."""

    def __init__(self) -> None:
        self._signalled = False

    def stop_requested(self) -> bool:
        """Whether the run should stop."""
        return self._signalled

    @contextmanager
    def catch_sigint(self) -> Iterator[None]:
        """Take over SIGINT for the time of a run."""
        before = signal.signal(signal.SIGINT, self._handle_sigint)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _handle_sigint(self, number: int, frame: FrameType | None) -> None:
        if self._signalled:
            raise KeyboardInterrupt
        self._signalled = True


class Progress:
    """Prints events. On a pipe the passing line is left out, and what stays is plain text."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("loading the models")
        self._started_at = time.monotonic()
        self._particles = 0
        self._alive = 0  # particles that still wrote in this step
        self._tokens = 0  # of complete steps
        self._best = 0.0
        self._ess = 0.0
        self._repeats = False
        self._pinned = False

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, event: Event) -> None:
        """Print what is new."""
        match event:
            case RunStarted():
                self._particles = int(event.settings["particles"])
                self._repeats = has_iterations(event.method)
            case SweepStarted():
                self._pinned = event.pinned
                if self._repeats:
                    chain = f", chain {event.chain + 1}" if event.chain else ""
                    self._console.print(f"iteration {event.iteration + 1}{chain}")
            case NoteAdded():
                where = f" (particles {', '.join(map(str, event.slots))})" if event.slots else ""
                self._console.print(f"step {event.step + 1:>2}  {one_line(event.text)}{where}", markup=False)
            case SwapProposed():
                done = "exchange" if event.accepted else "do not exchange"
                self._console.print(f"chains {event.chain + 1} and {event.chain + 2} {done} what they keep")
            case TokensDrafted():
                self._status.update(
                    f"step {event.step + 1}  {event.active} of {self._particles} particles alive  "
                    f"{self._tokens + event.tokens} tokens  {time.monotonic() - self._started_at:.0f} s"
                )
            case StepsExtended():
                self._alive = len(event.steps)
                self._tokens += sum(
                    len(step.token_ids) for slot, step in event.steps.items() if slot or not self._pinned
                )
            case StepsScored():
                self._best = float(event.rewards.max())
            case ParticlesWeighed():
                self._ess = event.ess
            case ParticlesSelected():
                self._print_step(event)
            case _:  # RunEnded: the tables say how it ended
                pass

    def _print_step(self, event: ParticlesSelected) -> None:
        kept = len(set(event.ancestors.tolist()))
        parts = [
            f"step {event.step + 1:>2}",
            f"{self._alive:>3} alive",
            f"{self._tokens:>6} tokens",
            f"ESS {self._ess:>5.1f}/{self._particles}",
            f"best reward {self._best:.3f}",
            f"{event.seconds:>5.1f} s",
            *([f"resampled, {kept} of {self._particles} continue"] if event.resampled else []),
        ]
        self._console.print("  ".join(parts))
