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
    from pfviz.api import calibrated, load, load_all, resume, reward, run, stream
    from pfviz.comparison.comparison import compare
    from pfviz.exports.arviz_data import to_arviz
    from pfviz.exports.registry import export
    from pfviz.report.run import to_html
    from pfviz.store import Store
    from pfviz.trace.building.from_solutions import from_solutions

__all__ = [
    "Store",
    "__version__",
    "calibrated",
    "compare",
    "export",
    "figures",
    "from_solutions",
    "load",
    "load_all",
    "perturbed",
    "resume",
    "reward",
    "run",
    "stream",
    "to_arviz",
    "to_html",
]


def __getattr__(name: str) -> Any:
    if name in ("figures", "perturbed"):
        return importlib.import_module(f"pfviz.{name}")
    if name == "compare":
        return getattr(importlib.import_module("pfviz.comparison.comparison"), name)
    if name == "Store":
        return importlib.import_module("pfviz.store").Store
    if name == "export":
        return getattr(importlib.import_module("pfviz.exports.registry"), name)
    if name == "to_arviz":
        return getattr(importlib.import_module("pfviz.exports.arviz_data"), name)
    if name == "to_html":
        return getattr(importlib.import_module("pfviz.report.run"), name)
    if name == "from_solutions":
        return getattr(importlib.import_module("pfviz.trace.building.from_solutions"), name)
    if name in ("calibrated", "load", "load_all", "resume", "reward", "run", "stream"):
        return getattr(importlib.import_module("pfviz.api"), name)
    raise AttributeError(f"module 'pfviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
