"""Loaded models, each once per process and shared by all runs; the ones not used for longest make room for others."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class Shelf:
    """Models by name. `room` says how many gigabytes (10^9 bytes) all of them together may take."""

    def __init__(self, room: Callable[[], float]) -> None:
        self._room = room
        self._models: OrderedDict[str, tuple[Any, float]] = OrderedDict()
        self._lock = threading.Lock()  # two visitors at once must not load a model twice

    def get(self, name: str, load: Callable[[], Any], needs: float = 0.0) -> Any:
        """The model of that name, loaded at the first call and kept. `needs` is what it is expected to take.

        A model that is put away is freed when the last run with it has ended.
        """
        with self._lock:
            if name in self._models:
                self._models.move_to_end(name)
                return self._models[name][0]
            self._make_room(needs)
            model = load()
            self._models[name] = model, size(model)
            return model

    def holds(self, name: str) -> bool:
        """Whether the model is loaded."""
        with self._lock:
            return name in self._models

    def clear(self) -> None:
        """Put all models away."""
        with self._lock:
            self._models.clear()

    def _make_room(self, needs: float) -> None:
        put_away = False
        while self._models and needs + sum(taken for _, taken in self._models.values()) > self._room():
            self._models.popitem(last=False)
            put_away = True
        if put_away:
            gc.collect()
            _release()


def size(model: Any) -> float:
    """The gigabytes of a model's weights; 0 for one that has none."""
    weights = getattr(getattr(model, "model", None), "parameters", None)
    return 0.0 if weights is None else sum(p.numel() * p.element_size() for p in weights()) / 1e9


def _release() -> None:
    """Give a GPU's freed memory back to it."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
