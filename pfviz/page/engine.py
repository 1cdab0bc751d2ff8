"""Who runs the particle filter behind the page: a seam, so that the page can be driven by any pair of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from pfviz.errors import ModelError
from pfviz.inference.events import Event
from pfviz.models.presets import REWARDS
from pfviz.models.remote.endpoints import PREFIX as ENDPOINT
from pfviz.page import sharing, zero
from pfviz.page.arriving import Arriving, arrive
from pfviz.page.offer import Offer
from pfviz.page.questions import Question
from pfviz.page.sharing import Queued, Sharing
from pfviz.trace import Trace

Waiting = Arriving | Queued
"""What a visitor is told before the first event."""


class Engine(Protocol):
    """Starts runs of what it offers. `stream` raises `ProblemError` or `SettingError` before its first event."""

    @property
    def offer(self) -> Offer: ...

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event | Waiting]: ...

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event | Waiting]:
        """A run goes on where its trace ends."""
        ...

    def ask(self, question: Question, *, stop: Callable[[], bool]) -> Iterator[Any]:
        """Models are asked about a run: `Waiting`, and then what the question gives."""
        ...


class Shared:
    """The models of this process: loaded once, shared by all visitors."""

    def __init__(self, offer: Offer | None = None, shares: Sharing | None = None) -> None:
        self.offer = offer or Offer.of()
        self._sharing = shares or sharing.of_environment()

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event | Waiting]:
        """A run with the models that `generator` and `reward` name; other settings are those of `pfviz.stream`. A truth
        that was not given is worked out where that can be done, so that answers are marked.

        What can be wrong is said before anything is loaded."""
        from pfviz import api  # here, so that the page opens before torch is imported
        from pfviz.diagnostics.truth import worked_out

        reward = settings.pop("reward", "embedded")
        api.check(problem, **settings)
        settings["truth"] = settings.get("truth") or worked_out(problem)
        models = settings.get("generator", "embedded"), reward
        place = zero if _on_zero(models[0]) else api
        return self._run(models, lambda: place.stream(problem, reward=reward, stop=stop, **settings), stop)

    def resume(self, trace: Trace, *, stop: Callable[[], bool]) -> Iterator[Event | Waiting]:
        """With the models that the trace names; raises `ModelError` if a visitor could not have chosen them.

        A trace is a visitor's file: it must not make a server load or call whatever it names."""
        self.offer.check(trace.generator, trace.reward)
        from pfviz import api

        resume = zero.resume if _on_zero(trace.generator) else api.resume_stream
        return self._run((trace.generator, trace.reward), lambda: resume(trace, stop=stop), stop)

    def ask(self, question: Question, *, stop: Callable[[], bool]) -> Iterator[Any]:
        """Of the models that the question names, under the rules of a resumed run: loaded, queued and in turns as one.

        Raises `ModelError` if a visitor could not have chosen them, or if they would need a GPU of ZeroGPU: that is
        lent for runs only."""
        asked = question.generator, question.reward
        self.offer.check(*asked)
        if zero.active() and not all(_at_home(name) for name in asked if name is not None):
            raise ModelError(
                "This Space lends its GPU for runs only. Ask with the embedded pair, or save the trace and use "
                "`pfviz.lab` where the model is."
            )
        return self._asked(question, asked, stop)

    def _asked(
        self, question: Question, asked: tuple[str | None, str | None], stop: Callable[[], bool]
    ) -> Iterator[Any]:
        from pfviz.models.threads import on_threads

        yield from arrive(*asked, stop)
        if stop():
            return
        # The first look at a typed text is a pass of the model: it has to come in its turn, too.
        items = (item for begun in [question] for item in begun.begin(asked[0] or "", asked[1] or "", stop))
        here = not (asked[0] or asked[1] or "").startswith(ENDPOINT)
        yield from self._sharing.share(on_threads(items, one=question.trace.generator == "embedded"), stop, here=here)

    def _run(
        self, models: tuple[str, str], begin: Callable[[], Iterator[Event]], stop: Callable[[], bool]
    ) -> Iterator[Event | Waiting]:
        """Load, wait for a place, run."""
        from pfviz.models.threads import on_threads

        generator = models[0]
        elsewhere = _on_zero(generator)
        yield from arrive(*models, stop, *([zero.play_cuda] if elsewhere else []))
        if stop():
            return
        events = begin() if elsewhere else on_threads(begin(), one=generator == "embedded")
        here = not elsewhere and not generator.startswith(ENDPOINT)
        yield from self._sharing.share(events, stop, here=here)


def _on_zero(generator: str) -> bool:
    """Whether a run goes to a GPU that has to be asked for: the embedded pair is faster than that on the CPU, and a
    server needs none."""
    return zero.active() and generator != "embedded" and not generator.startswith(ENDPOINT)


def _at_home(name: str) -> bool:
    """Whether a model needs no GPU of this machine: it ships with pfviz, or runs elsewhere."""
    return name == "embedded" or name in REWARDS or name.startswith(ENDPOINT)
