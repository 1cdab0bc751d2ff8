"""Models on their way into memory, while a visitor watches: loaded on a thread of their own, once for everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass

from pfviz.models import registry
from pfviz.models.hub import catalog, download, published

POLL_SECONDS = 0.4  # seconds between two looks


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """A model that is being loaded: what has come of it, of how much, in 10^9 bytes; 0 of 0 for one that is here."""

    model: str
    done: float = 0.0
    total: float = 0.0


def load_models(
    generator: str | None,
    reward: str | None,
    stop: Callable[[], bool],
    prepare: Callable[[], object] = lambda: None,
) -> Iterator[ModelLoading]:
    """What is shown until both models, or the one that is not None, are loaded; nothing if they are there.

    Ends early if it is stopped; the loading goes on, for whoever else waits or asks later. `prepare` is called first on
    the thread that loads. Raises `ModelError` if one does not load.
    """
    if registry.is_loaded(generator, reward):
        return
    load = _LoadJob(generator, reward, prepare)
    while not stop():
        if wait([load.future], POLL_SECONDS).done:
            load.future.result()
            return
        yield load.progress()


class _LoadJob:
    """Both models, one after the other."""

    def __init__(self, generator: str | None, reward: str | None, prepare: Callable[[], object]) -> None:
        self.future: Future[None] = Future()
        self._model, self._total = generator or reward or "", 0.0
        threading.Thread(target=self._load_both, args=(generator, reward, prepare), daemon=True).start()

    def progress(self) -> ModelLoading:
        if not self._total:
            return ModelLoading(self._model)
        return ModelLoading(self._model, min(self._total, download.downloaded_gigabytes(self._model)), self._total)

    def _load_both(self, generator: str | None, reward: str | None, prepare: Callable[[], object]) -> None:
        try:
            prepare()
            for model, load in ((generator, registry.get_generator), (reward, registry.get_reward)):
                if model is None:
                    continue
                self._model, self._total = model, self._download_size(model)
                load(model)
        except BaseException as error:  # told to whoever waits
            self.future.set_exception(error)
        else:
            self.future.set_result(None)

    @staticmethod
    def _download_size(model: str) -> float:
        """What must come from the Hub; 0 for a model that does not, or does not fit here."""
        if not published.is_model_source(model) or published.is_downloaded(model):
            return 0.0
        published.check_memory(catalog.GENERATORS.get(model) or catalog.REWARDS.get(model))
        return download.expected_gigabytes(model)
