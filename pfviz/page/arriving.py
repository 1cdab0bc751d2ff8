"""Models on their way into memory, while a visitor watches: loaded on a thread of their own, once for everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass

from pfviz.models import arrival, catalogue, presets, published

LOOK = 0.4  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Arriving:
    """A model that is being loaded: what has come of it, of how much, in 10^9 bytes; 0 of 0 for one that is here."""

    model: str
    done: float = 0.0
    total: float = 0.0


def arrive(
    generator: str | None,
    reward: str | None,
    stop: Callable[[], bool],
    prepare: Callable[[], object] = lambda: None,
) -> Iterator[Arriving]:
    """What is shown until both models, or the one that is not None, are loaded; nothing if they are there.

    Ends early if it is stopped; the loading goes on, for whoever else waits or asks later. `prepare` is called first on
    the thread that loads. Raises `ModelError` if one does not load.
    """
    if presets.loaded(generator, reward):
        return
    load = _Load(generator, reward, prepare)
    while not stop():
        if wait([load.done], LOOK).done:
            load.done.result()
            return
        yield load.now()


class _Load:
    """Both models, one after the other."""

    def __init__(self, generator: str | None, reward: str | None, prepare: Callable[[], object]) -> None:
        self.done: Future[None] = Future()
        self._model, self._total = generator or reward or "", 0.0
        threading.Thread(target=self._work, args=(generator, reward, prepare), daemon=True).start()

    def now(self) -> Arriving:
        if not self._total:
            return Arriving(self._model)
        return Arriving(self._model, min(self._total, arrival.arrived(self._model)), self._total)

    def _work(self, generator: str | None, reward: str | None, prepare: Callable[[], object]) -> None:
        try:
            prepare()
            for model, load in ((generator, presets.generator), (reward, presets.reward)):
                if model is None:
                    continue
                self._model, self._total = model, self._expected(model)
                load(model)
        except BaseException as error:  # told to whoever waits
            self.done.set_exception(error)
        else:
            self.done.set_result(None)

    @staticmethod
    def _expected(model: str) -> float:
        """What must come from the Hub; 0 for a model that does not, or does not fit here."""
        if not published.is_place(model) or published.here(model):
            return 0.0
        published.check_room(catalogue.GENERATORS.get(model) or catalogue.REWARDS.get(model))
        return arrival.expected(model)
