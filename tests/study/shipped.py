"""The models that ship."""

from __future__ import annotations

from pfviz.models.presets import assets
from pfviz.study.pair import Pair

PAIR = Pair(assets() / "tiny" / "generator", assets() / "tiny" / "reward")
