"""How much of a run is drawn one by one: every slot, those that live on, or what cells of slots have in common."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pfviz.types import BoolArray

Detail = Literal["all", "survivors", "cells"]

MAX_LANES, MAX_SLOTS = 64, 6_400
"""Particles, and steps times particles, of a run of which every slot is drawn."""
MAX_SURVIVOR_LANES, MAX_SURVIVORS = 256, 3_600
"""Particles of a run, and survivors in it, of which every survivor is drawn."""


def detail_level(shown: BoolArray, alive: BoolArray) -> Detail:
    """Return the level for those slots (T, N) that are shown; a browser takes each mark some 0.05 ms to draw."""
    slots, lanes = int(shown.sum()), int(shown.sum(axis=1).max(initial=0))
    if lanes <= MAX_LANES and slots <= MAX_SLOTS:
        return "all"
    if lanes <= MAX_SURVIVOR_LANES and int(np.sum(shown & alive)) <= MAX_SURVIVORS:
        return "survivors"
    return "cells"
