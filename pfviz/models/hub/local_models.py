"""Models of the Hub whose files are in a folder of this machine: $PFVIZ_MODELS/OWNER/NAME, as `pfviz fetch --dir` lays
them."""

from __future__ import annotations

import os
from pathlib import Path

MODELS_VARIABLE = "PFVIZ_MODELS"


def find_model_folder(name: str) -> Path | None:
    """The folder with the files of a model of the Hub, owner/name; None where there is none, or no $PFVIZ_MODELS."""
    root = os.environ.get(MODELS_VARIABLE, "").strip()
    if not root or name.count("/") != 1 or ".." in name.split("/"):
        return None
    folder = Path(root).expanduser() / name
    return folder if (folder / "config.json").is_file() else None
