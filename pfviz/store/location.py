"""Where runs are stored unless another place is named."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

ENV_VARIABLE = "PFVIZ_HOME"
FILE_NAME = "runs.db"


def default_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the stored runs: in the folder `PFVIZ_HOME`, else where the system keeps data of its users."""
    home = environment.get(ENV_VARIABLE, "").strip()
    return (Path(home).expanduser() if home else user_data_path("pfviz", appauthor=False)) / FILE_NAME
