"""Trace → Plotly figures, one per file: `pfviz.figures.genealogy(trace)`.

Those of one run take a trace (`slopes` what became of one under another reward) and `selected`, a uid; those of many
runs (`reliability`) a diagnosis, those of a study (`accuracy_curve`) its result. Which there are stands in
`registry.py`; Plotly is imported when the first one is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pfviz.figures.registry import FIGURES

__all__ = sorted(FIGURES)


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in FIGURES:
        raise AttributeError(f"module 'pfviz.figures' has no attribute {name!r}")
    return FIGURES[name].plot


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
