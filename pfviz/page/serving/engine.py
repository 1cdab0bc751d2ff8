"""Who runs the particle filter behind the page: a seam, so that the page can be driven by any pair of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pfviz import api
from pfviz.errors import ModelError
from pfviz.inference.events import Event
from pfviz.lab.probes.questions import ModelQuestion
from pfviz.models.registry import REWARDS
from pfviz.models.remote.endpoint import ENDPOINT_PREFIX as ENDPOINT
from pfviz.page.serving import scheduler, zerogpu
from pfviz.page.serving.model_loading import ModelLoading, load_models
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.serving.scheduler import Queued, Scheduler
from pfviz.problems.problem import Problem
from pfviz.trace import Trace

WaitStatus = ModelLoading | Queued
"""What a visitor is told before the first event."""


class Engine(Protocol):
    """Starts runs of what it offers. `stream` raises `ProblemError` or `SettingError` before its first event."""

    @property
    def menu(self) -> ModelMenu: ...

    def stream(
        self, problem: str | Problem, *, stop: Callable[[], bool], **settings: Any
    ) -> Iterator[Event | WaitStatus]: ...

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event | WaitStatus]:
        """A run goes on where its trace ends."""
        ...

    def ask(self, question: ModelQuestion, *, stop: Callable[[], bool]) -> Iterator[Any]:
        """Models are asked, most often about a run: `Waiting`, and then what the question gives."""
        ...


class SharedEngine:
    """The models of this process: loaded once, shared by all visitors."""

    def __init__(self, menu: ModelMenu | None = None, shares: Scheduler | None = None) -> None:
        self.menu = menu or ModelMenu.from_environment()
        self._scheduler = shares or scheduler.from_environment()

    def stream(
        self, problem: str | Problem, *, stop: Callable[[], bool], **settings: Any
    ) -> Iterator[Event | WaitStatus]:
        """A run with the models that `generator` and `reward` name; other settings are those of `pfviz.stream`. A truth
        that was not given is worked out where that can be done, so that answers are marked.

        What can be wrong is said before anything is loaded."""
        return self._run(api.prepare(problem, infer_truth=True, **settings), stop)

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event | WaitStatus]:
        """With the models that the trace names; raises `ModelError` if a visitor could not have chosen them.

        A trace is a visitor's file: it must not make a server load or call whatever it names."""
        self.menu.check_allowed(trace.generator, trace.reward)
        return self._run(api.prepare_resume(trace), stop)

    def ask(self, question: ModelQuestion, *, stop: Callable[[], bool]) -> Iterator[Any]:
        """Of the models that the question names, under the rules of a resumed run: loaded, queued and in turns as one.

        Raises `ModelError` if a visitor could not have chosen them, or if they would need a GPU of ZeroGPU: that is
        lent for runs only."""
        asked = question.generator, question.reward
        self.menu.check_allowed(*asked)
        if zerogpu.is_active() and not all(_needs_no_gpu(name) for name in asked if name is not None):
            raise ModelError(
                "This Space lends its GPU for runs only. Ask with the embedded pair, or save the trace and use "
                "`pfviz.lab` where the model is."
            )
        return self._stream_answers(question, asked, stop)

    def _stream_answers(
        self, question: ModelQuestion, asked: tuple[str | None, str | None], stop: Callable[[], bool]
    ) -> Iterator[Any]:
        from pfviz.models.decoding.threads import iterate_with_threads

        yield from load_models(*asked, stop)
        if stop():
            return
        # The first look at a typed text is a pass of the model: it has to come in its turn, too.
        items = (item for begun in [question] for item in begun.begin(asked[0] or "", asked[1] or "", stop))
        here = not (asked[0] or asked[1] or "").startswith(ENDPOINT)
        trace = getattr(question, "trace", None)  # a question may be about no run
        one = trace is not None and trace.generator == "embedded"
        yield from self._scheduler.schedule(iterate_with_threads(items, one=one), stop, here=here)

    def _run(self, prepared: api.Prepared, stop: Callable[[], bool]) -> Iterator[Event | WaitStatus]:
        """Load, wait for a place, run."""
        from pfviz.models.decoding.threads import iterate_with_threads

        generator, reward = prepared.names
        elsewhere = _needs_zerogpu(generator)
        yield from load_models(generator, reward, stop, *([zerogpu.emulate_cuda] if elsewhere else []))
        if stop():
            return
        if elsewhere:
            events = zerogpu.start(prepared, stop=stop)
        else:
            events = iterate_with_threads(api.start(prepared, stop=stop), one=generator == "embedded")
        here = not elsewhere and not generator.startswith(ENDPOINT)
        yield from self._scheduler.schedule(self.menu.times.measure(events), stop, here=here)


def _needs_zerogpu(generator: str) -> bool:
    """Whether a run goes to a GPU that has to be asked for: the embedded pair is faster than that on the CPU, and a
    server needs none."""
    return zerogpu.is_active() and generator != "embedded" and not generator.startswith(ENDPOINT)


def _needs_no_gpu(name: str) -> bool:
    """Whether a model needs no GPU of this machine: it ships with pfviz, or runs elsewhere."""
    return name == "embedded" or name in REWARDS or name.startswith(ENDPOINT)
