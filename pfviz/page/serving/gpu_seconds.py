"""How long a run on ZeroGPU needs its GPU, in seconds: it is asked for beforehand, and taken away afterwards."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

from pfviz.errors import SettingError
from pfviz.inference.methods.base import Method
from pfviz.models.hub import catalog
from pfviz.models.registry import GENERATORS, REWARDS

ENV_VARIABLE = "PFVIZ_GPU_SECONDS"
MIN_SECONDS, DEFAULT_MAX_SECONDS = (
    30,
    120,
)  # seconds that are asked for; an operator's VARIABLE takes the place of the latter
UNKNOWN_BILLIONS = 8.0  # billions of parameters of a model that is not in the catalogue

# Seconds, as assumed for half an H200: none of them was measured there.
START_SECONDS = 10.0  # the process, CUDA, and the models that it inherits
LOAD_SECONDS = 2.0  # per billion parameters, from the disk: by a process that is older than the models here
PASS_SECONDS = 0.03  # of the generator, before its weights count: the overhead of some thirty layers in Python
READ_SECONDS = 0.001  # of a pass, per billion parameters: 2 GB each
ROW_SECONDS = 0.0003  # of a pass, for each of its rows: the draw over the vocabulary, and its share of the scoring
TOKEN_SHARE = 0.1  # how much of the tokens that are allowed a run takes in columns: ten steps of 100, say, of 40 of 256

_loaded_pairs: set[tuple[str, str]] = set()
"""Pairs that have run on a GPU of this server."""


def duration(method: Method, generator: str, reward: str) -> int:
    """Seconds of a GPU to ask for, for a run of this method with these models; a visitor's quota must have them.

    With S sweeps (the method's iterations times its chains), G generations in them, T steps of at most L tokens, and
    P billion parameters of the generator, Q of both models,

        START_SECONDS + TOKEN_SHARE · T · L · (S · (PASS_SECONDS + READ_SECONDS · P) + G · ROW_SECONDS)

    and LOAD_SECONDS · Q until a run with these models was seen to begin there (`mark_loaded`); at least MIN_SECONDS,
    at most DEFAULT_MAX_SECONDS or what PFVIZ_GPU_SECONDS says. It never falls when a setting or a model grows.

    Raises `SettingError` for a PFVIZ_GPU_SECONDS that makes no sense.
    """
    writer = _parameter_billions(generator, GENERATORS, catalog.GENERATORS)
    scorer = _parameter_billions(reward, REWARDS, catalog.REWARDS)
    sweeps, limits = method.iterations * len(method.chains), method.settings.max_steps * method.settings.max_step_tokens
    needed = START_SECONDS + TOKEN_SHARE * limits * (
        sweeps * (PASS_SECONDS + READ_SECONDS * writer) + method.generations * ROW_SECONDS
    )
    if (generator, reward) not in _loaded_pairs:
        needed += LOAD_SECONDS * (writer + scorer)
    return min(max(MIN_SECONDS, math.ceil(needed)), _max_seconds())


def mark_loaded(generator: str, reward: str) -> None:
    """A run with these models has begun on a GPU: the process that has it has loaded them."""
    _loaded_pairs.add((generator, reward))


def _parameter_billions(name: str, small: Mapping[str, Any], cards: Mapping[str, catalog.ModelCard]) -> float:
    """Parameters; 0 for what is too small to count, and for a server's model."""
    if name in small or name.startswith("endpoint:"):
        return 0.0
    return cards[name].parameters if name in cards else UNKNOWN_BILLIONS


def _max_seconds() -> int:
    said = os.environ.get(ENV_VARIABLE, "").strip() or str(DEFAULT_MAX_SECONDS)
    if not (said.isdecimal() and len(said) < 10 and int(said) >= MIN_SECONDS):
        raise SettingError(
            ENV_VARIABLE,
            f"The server's {ENV_VARIABLE} is {said[:40]!r}; it must be a whole number of seconds from "
            f"{MIN_SECONDS} on.",
        )
    return int(said)
