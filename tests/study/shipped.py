"""The models that ship."""

from __future__ import annotations

from pfviz.resources import weights_dir
from pfviz.study.models import Pair

PAIR = Pair(weights_dir() / "generator", weights_dir() / "reward")
