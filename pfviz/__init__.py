"""See particle filtering scale a language model at inference time.

    import pfviz

    trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=16, seed=7)
    pfviz.figures.genealogy(trace)

What is heavy is imported when it is first used: importing this package loads neither torch nor Plotly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pfviz.version import __version__

if TYPE_CHECKING:
    from pfviz import figures, perturbed
    from pfviz.api import calibrated, load, resume, reward, run, stream
    from pfviz.comparison.comparison import compare
    from pfviz.report.run import to_html

__all__ = [
    "__version__",
    "calibrated",
    "compare",
    "figures",
    "load",
    "perturbed",
    "resume",
    "reward",
    "run",
    "stream",
    "to_html",
]


def __getattr__(name: str) -> Any:
    if name in ("figures", "perturbed"):
        return importlib.import_module(f"pfviz.{name}")
    if name == "compare":
        return getattr(importlib.import_module("pfviz.comparison.comparison"), name)
    if name == "to_html":
        return getattr(importlib.import_module("pfviz.report.run"), name)
    if name in ("calibrated", "load", "resume", "reward", "run", "stream"):
        return getattr(importlib.import_module("pfviz.api"), name)
    raise AttributeError(f"module 'pfviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
