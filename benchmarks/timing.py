"""Seconds of a run, and how many of them each model took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.shapes import Pair
from pfviz.trace.trace import Trace


@dataclass(slots=True)
class ModelUsage:
    """What one model did while it was watched."""

    seconds: float = 0.0  # inside its forward passes
    tokens: int = 0  # that it computed, padding included
    passes: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """One execution: of the whole, and of the two models in it."""

    seconds: float
    generator: ModelUsage = field(default_factory=ModelUsage)
    reward: ModelUsage = field(default_factory=ModelUsage)

    @property
    def rest(self) -> float:
        """Seconds outside of both models."""
        return self.seconds - self.generator.seconds - self.reward.seconds


@contextmanager
def watch_model(model: Any) -> Iterator[ModelUsage]:
    """Count what the model computes. Its own work is not changed."""
    watch, began = ModelUsage(), [0.0]

    def before(_: Any, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        ids = options["input_ids"] if "input_ids" in options else args[0]
        watch.tokens += ids.numel()
        watch.passes += 1
        began[0] = time.perf_counter()

    def after(*_: Any) -> None:
        _synchronize(model)
        watch.seconds += time.perf_counter() - began[0]

    handles = [model.register_forward_pre_hook(before, with_kwargs=True), model.register_forward_hook(after)]
    try:
        yield watch
    finally:
        for handle in handles:
            handle.remove()


def time_work(pair: Pair, work: Callable[[], Any]) -> tuple[Timing, Any]:
    """The work's times, and what it returns."""
    with watch_model(pair.generator.model) as generator, watch_model(pair.reward.model) as reward:
        began = time.perf_counter()
        result = work()
        _synchronize(pair.generator.model)
        seconds = time.perf_counter() - began
    return Timing(seconds, generator, reward), result


def time_run(pair: Pair, particles: int, seed: int, problem: int = 0) -> tuple[Timing, Trace]:
    """A whole run of particle filtering, recorded."""
    import pfviz.api

    text = pair.problems[problem]
    return time_work(
        pair,
        lambda: pfviz.api.run(
            text, particles=particles, seed=seed, generator=pair.generator, reward=pair.reward, **pair.settings
        ),
    )


def _synchronize(model: Any) -> None:
    """For what a GPU has still to do."""
    if model.device.type == "cuda":
        import torch

        torch.cuda.synchronize(model.device)
