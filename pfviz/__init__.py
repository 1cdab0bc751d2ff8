"""See particle filtering scale a language model at inference time.

    import pfviz

    trace = pfviz.run("Compute (12 + 7) * 3 - 45", particles=16, seed=7)
    pfviz.figures.genealogy(trace)

What is heavy is imported when it is first used: importing this package loads neither torch nor Plotly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pfviz import figures
    from pfviz.api import load, resume, reward, run, stream
    from pfviz.models import perturbed

__version__ = "0.1.0"

__all__ = ["__version__", "figures", "load", "perturbed", "resume", "reward", "run", "stream"]


def __getattr__(name: str) -> Any:
    if name == "figures":
        return importlib.import_module("pfviz.figures")
    if name == "perturbed":
        return importlib.import_module("pfviz.models.perturbed")
    if name in ("load", "resume", "reward", "run", "stream"):
        return getattr(importlib.import_module("pfviz.api"), name)
    raise AttributeError(f"module 'pfviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
