"""Loaded models, each once per process and shared by all runs; the ones not used for longest make room for others."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable
from itertools import chain
from typing import Any


class ModelCache:
    """Models by name. `room` says how many gigabytes (10^9 bytes) all of them together may take."""

    def __init__(self, room: Callable[[], float]) -> None:
        self._room = room
        self._models: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._loading: dict[str, float] = {}  # being loaded, and what each is expected to take
        self._changed = threading.Condition()

    def get(self, name: str, load: Callable[[], Any], needs: float = 0.0) -> Any:
        """The model of that name, loaded at the first call and kept. `needs` is what it is expected to take.

        Who wants a model that somebody else is loading waits for it; who wants one that is there never waits. A model
        that is put away is freed when the last run with it has ended.
        """
        with self._changed:
            while name not in self._models and not self._may_load(name, needs):
                self._changed.wait()
            if name in self._models:
                self._models.move_to_end(name)
                return self._models[name][0]
            self._loading[name] = needs
            self._make_room()
        try:
            model = load()
        except BaseException:
            with self._changed:
                del self._loading[name]
                self._changed.notify_all()
            raise
        with self._changed:
            del self._loading[name]
            self._models[name] = model, weight_gigabytes(model)
            self._changed.notify_all()
            return model

    def holds(self, name: str) -> bool:
        """Whether the model is loaded."""
        with self._changed:
            return name in self._models

    def clear(self) -> None:
        """Put all models away."""
        with self._changed:
            self._models.clear()

    def reset_after_fork(self) -> None:
        """To be called in a process that was forked from this one: whoever was loading a model has stayed behind."""
        self._loading, self._changed = {}, threading.Condition()

    def _may_load(self, name: str, needs: float) -> bool:
        """Nobody loads it already, and there will be room beside what is being loaded, which cannot be put away."""
        fits = needs + sum(self._loading.values()) <= self._room()
        return name not in self._loading and (fits or not any(self._loading.values()))

    def _make_room(self) -> None:
        put_away = False
        coming = sum(self._loading.values())
        while self._models and coming + sum(taken for _, taken in self._models.values()) > self._room():
            self._models.popitem(last=False)
            put_away = True
        if put_away:
            gc.collect()
            _empty_cuda_cache()


def weight_gigabytes(model: Any) -> float:
    """The gigabytes of a model's weights; 0 for one that has none."""
    inner: Any = getattr(model, "model", None)
    if not hasattr(inner, "parameters"):
        return 0.0
    weights = chain(inner.parameters(), inner.buffers())  # those of layers in 8-bit integers are buffers
    return float(sum(one.numel() * one.element_size() for one in weights) / 1e9)


def _empty_cuda_cache() -> None:
    """Give a GPU's freed memory back to it."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
