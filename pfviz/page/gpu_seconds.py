"""How long a run on ZeroGPU needs its GPU, in seconds: it is asked for beforehand, and taken away afterwards."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

from pfviz.errors import SettingError
from pfviz.inference.methods import make
from pfviz.inference.settings import Settings
from pfviz.models import catalogue
from pfviz.models.presets import GENERATORS, REWARDS

VARIABLE = "PFVIZ_GPU_SECONDS"
LEAST, USUAL_MOST = 30, 120  # seconds that are asked for; an operator's VARIABLE takes the place of the latter
UNKNOWN = 8.0  # billions of parameters of a model that is not in the catalogue

# Seconds, as assumed for half an H200: none of them was measured there.
START = 10.0  # the process, CUDA, and the models that it inherits
LOAD = 2.0  # per billion parameters, from the disk: by a process that is older than the models here
PASS = 0.03  # of the generator, before its weights count: the overhead of some thirty layers in Python
READ = 0.001  # of a pass, per billion parameters: 2 GB each
ROW = 0.0003  # of a pass, for each of its rows: the draw over the vocabulary, and its share of the scoring
SHARE = 0.1  # how much of the tokens that are allowed a run takes in columns: ten steps of 100, say, of 40 of 256

_met: set[tuple[str, str]] = set()
"""Pairs that have run on a GPU of this server."""


def duration(settings: Mapping[str, Any]) -> int:
    """Seconds of a GPU to ask for, for a run with these settings of `pfviz.stream`; a visitor's quota must have them.

    With S sweeps (the method's iterations times its chains), G generations in them, T steps of at most L tokens, and
    P billion parameters of the generator, Q of both models,

        START + SHARE · T · L · (S · (PASS + READ · P) + G · ROW)

    and LOAD · Q until a run with these models was seen to begin there (`met`); at least LEAST, at most USUAL_MOST or
    what PFVIZ_GPU_SECONDS says. It never falls when a setting or a model grows.

    Raises `SettingError` as `pfviz.stream`, and for a PFVIZ_GPU_SECONDS that makes no sense.
    """
    left = dict(settings)
    left.pop("truth", None)
    generator, reward = str(left.pop("generator", "embedded")), str(left.pop("reward", "embedded"))
    method = make(left.pop("method", "particle_filtering"), Settings.of(**left))
    writer = _billions(generator, GENERATORS, catalogue.GENERATORS)
    scorer = _billions(reward, REWARDS, catalogue.REWARDS)
    sweeps, limits = method.iterations * len(method.chains), method.settings.max_steps * method.settings.max_step_tokens
    needed = START + SHARE * limits * (sweeps * (PASS + READ * writer) + method.generations * ROW)
    if (generator, reward) not in _met:
        needed += LOAD * (writer + scorer)
    return min(max(LEAST, math.ceil(needed)), _most())


def met(generator: str, reward: str) -> None:
    """A run with these models has begun on a GPU: the process that has it has loaded them."""
    _met.add((generator, reward))


def _billions(name: str, small: Mapping[str, Any], cards: Mapping[str, catalogue.Card]) -> float:
    """Parameters; 0 for what is too small to count, and for a server's model."""
    if name in small or name.startswith("endpoint:"):
        return 0.0
    return cards[name].parameters if name in cards else UNKNOWN


def _most() -> int:
    said = os.environ.get(VARIABLE, "").strip() or str(USUAL_MOST)
    if not (said.isdecimal() and len(said) < 10 and int(said) >= LEAST):
        raise SettingError(
            VARIABLE, f"The server's {VARIABLE} is {said[:40]!r}; it must be a whole number of seconds from {LEAST} on."
        )
    return int(said)
