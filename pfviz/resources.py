"""The files that ship inside the package: the embedded weights, fitted rewards, and the result of the study.

`$PFVIZ_ASSETS` names another folder, with `tiny/` and `study/` in it, to take them from.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path


def weights_dir() -> Path:
    """Return the folder of the embedded models: `generator/`, `reward/` and `naive-reward/`."""
    return _override("tiny") or Path(str(files("pfviz.tiny") / "weights"))


def fitted_rewards_dir() -> Path:
    """Return the folder of the rewards that were fitted for published generators, and of their cards."""
    return Path(str(files("pfviz.models") / "rewards" / "fitted"))


def study_dir() -> Path:
    """Return the folder of the shipped study's `table.json`, and of what was written about it."""
    return _override("study") or Path(str(files("pfviz.study") / "shipped"))


def _override(name: str) -> Path | None:
    folder = os.environ.get("PFVIZ_ASSETS")
    return Path(folder) / name if folder else None
