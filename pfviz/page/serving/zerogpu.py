"""A visitor's run on ZeroGPU of Hugging Face Spaces, where only a process of its own has a GPU, and only for a while.

The decorator of the package `spaces` forks that process from this one, keeps it for later runs, and sends the events
back pickled. `stop` stays here: it is asked as they come. Away from ZeroGPU nothing of `spaces` is touched.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
import time
from collections import abc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import gradio as gr

from pfviz import api
from pfviz.errors import ModelError, PfvizError
from pfviz.inference.events import (
    Event,
    ParticlesSelected,
    RunEnded,
    RunStarted,
    SweepEnded,
    SweepStarted,
    TokensDrafted,
)
from pfviz.models import registry
from pfviz.page.serving.gpu_seconds import duration, mark_loaded

__all__ = ["duration", "emulate_cuda", "gpu_task", "is_active", "start"]

ADVICE = "Take fewer particles or steps, or the embedded pair, which runs on the CPU."

EventsFactory = Callable[[], Iterator[Event]]


def is_active() -> bool:
    """Whether this is a Space on ZeroGPU hardware, with `spaces` installed. Imports nothing."""
    on = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")
    return on and importlib.util.find_spec("spaces") is not None


def start(prepared: api.Prepared, *, stop: Callable[[], bool]) -> Iterator[Event]:
    """As `pfviz.api.start`, on the GPU, where `is_active`. The models are loaded before a GPU is asked for.

    A run that is stopped ends as one of this process would; while it waits for a GPU it cannot be. Raises, beside the
    errors of `pfviz.api.start`, `ModelError` where there is no GPU for the run, or it is taken away.
    """
    seconds = duration(prepared.policy, *prepared.names)
    begin = functools.partial(api.start, prepared)
    _preload_models(begin)
    return _follow_events(gpu_task()(begin, seconds), seconds, stop)


@functools.cache
def gpu_task() -> Callable[[EventsFactory, int], abc.Generator[Event | PfvizError, None, None]]:
    """`_collect_errors` as a function that is called here and computed with a GPU.

    A Space must have one when it is launched.
    """
    import spaces

    os.register_at_fork(after_in_child=registry.reset_after_fork)
    decorated: Callable[[EventsFactory, int], abc.Generator[Event | PfvizError, None, None]]
    decorated = spaces.GPU(duration=_gpu_duration)(_collect_errors)
    return decorated


def emulate_cuda() -> bool:
    """Let this thread, which is to load models, play CUDA as the main thread does since `spaces` was imported: what it
    puts on "cuda" is kept in memory, and moved when a process with a GPU starts. Any other thread fails there.

    Returns whether it can; without it that process has to load.
    """
    try:
        from spaces.zero.torch import enter_mode
    except ImportError:  # not a public name
        return False
    enter_mode()
    return True


def _gpu_duration(begin: EventsFactory, seconds: int) -> int:
    """What `spaces` calls with the arguments of a call."""
    return seconds


def _collect_errors(begin: EventsFactory, seconds: int) -> abc.Generator[Event | PfvizError, None, None]:
    """In the other process: the run. An error of ours is its last item, as `spaces` would hand on no more than the name
    of its class. Any other is left to `spaces`, which then gives the process up: its CUDA may be broken."""
    try:
        yield from begin()
    except PfvizError as error:
        yield error


def _preload_models(begin: EventsFactory) -> None:
    """Load the models, so that a process which is forked from now on has them."""
    with ThreadPoolExecutor(1) as apart:  # of their own: Gradio's threads are used for other things too
        thread = apart.submit(threading.get_native_id).result()
        apart.submit(lambda: begin() if emulate_cuda() else None).result()
    _wait_for_thread_end(thread)


def _wait_for_thread_end(thread: int, patience: float = 5.0) -> None:
    """Until the system has no thread of that native id. One that is over for Python still gives its buffers back, some
    to MKL, and a process that is forked meanwhile finds their locks shut for ever."""
    until = time.monotonic() + patience
    while Path(f"/proc/self/task/{thread}").exists() and time.monotonic() < until:
        time.sleep(0.001)


def _follow_events(
    items: abc.Generator[Event | PfvizError, None, None], seconds: int, stop: Callable[[], bool]
) -> Iterator[Event]:
    """The events, up to the first at which a run in this process would have asked `stop` and been told so."""
    began, before = time.perf_counter(), None
    try:
        with closing(items):  # ends the run over there, and waits until it has ended
            for item in items:
                # Asked before each step and after each token column: not between the last step and the sweep's end.
                asks = isinstance(before, SweepStarted | TokensDrafted | ParticlesSelected) and not isinstance(
                    item, SweepEnded
                )
                if asks and stop():
                    break
                if isinstance(item, PfvizError):
                    raise item
                if isinstance(item, RunStarted):
                    mark_loaded(item.generator, item.reward)
                    began = time.perf_counter()
                elif isinstance(item, ParticlesSelected):
                    began = time.perf_counter() - item.seconds  # a resumed run's clock goes on from its record
                yield item
                before = item
            else:
                return
    except gr.Error as error:
        raise ModelError(_describe_error(error, seconds)) from error
    yield RunEnded("stopped", time.perf_counter() - began)


def _describe_error(error: gr.Error, seconds: int) -> str:
    """What `spaces` complains about, and what to do."""
    said = str(error.message).strip().rstrip(".")  # it may be a str that shows another text than it holds
    if said == "GPU task aborted":
        return f"The GPU was taken away before the run had ended; it was asked for {seconds} seconds. {ADVICE}"
    if error.title == "ZeroGPU worker error":  # then it is the name of a class
        return f"The model failed on the GPU ({said}). Press Run to try again."
    return f"There is no GPU for this run: {said}. Log in to Hugging Face for more quota. {ADVICE}"


if is_active():
    # Runs on the CPU may go on when a process is forked: MKL then takes its lock less often.
    os.environ.setdefault("MKL_DISABLE_FAST_MM", "1")
    gpu_task()
