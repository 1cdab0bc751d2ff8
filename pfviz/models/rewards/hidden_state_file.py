"""A hidden-state reward as a file: safetensors with its numbers, and in the header what it belongs to and its card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.errors import ModelError
from pfviz.models.rewards.hidden_state import HiddenStateReward, LinearReading, Pairing
from pfviz.problems.step_rules import StepRule
from pfviz.types import Generator

SUFFIX = ".safetensors"
FORMAT = "pfviz hidden-state reward 1"
MAX_FILE_BYTES = 20_000_000
_VECTORS = ("mean", "scale", "weight", "intercepts", "slopes")


def is_hidden_state_file(name: str) -> bool:
    """Whether a name is that of such a file's kind."""
    return name.endswith(SUFFIX) and Path(name).is_file()


def write_reading(path: Path, reading: LinearReading, pairing: Pairing, card: Mapping[str, Any]) -> None:
    """Write the file; `card` is JSON that says how the reading was fitted and what it was measured to be."""
    from safetensors.numpy import save_file

    tensors = {name: np.asarray(getattr(reading, name), np.float32) for name in _VECTORS}
    tensors["weight_sample"] = np.array(pairing.weight_sample, np.float32)
    tensors["wrong_equation"] = np.array([reading.wrong_equation], np.float32)
    tensors["complete"] = np.array([reading.complete_intercept, reading.complete_slope], np.float32)
    header = {
        "format": FORMAT,
        "layer": str(reading.layer),
        "generator": pairing.generator,
        "weights": pairing.weights,
        "prompt": pairing.prompt,
        "steps": pairing.steps,
        "card": json.dumps(card, ensure_ascii=False, allow_nan=False),
    }
    save_file(tensors, path, metadata=header)


def read_reading(path: Path) -> tuple[LinearReading, Pairing, dict[str, Any]]:
    """(the reading, what it belongs to, its card); raises `ModelError` for a file that is none or is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelError(
                f"{path} has more than {MAX_FILE_BYTES:,} bytes; a hidden-state reward has some thousands."
            )
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise ModelError(f"{path} is no hidden-state reward, as `pfviz train-reward` writes them.")
            vectors = {
                name: np.asarray(file.get_tensor(name), np.float64) for name in (*_VECTORS, "complete", "weight_sample")
            }
            # Readings that were fitted before there was such a term do without.
            wrong = float(file.get_tensor("wrong_equation")[0]) if "wrong_equation" in file.keys() else 0.0  # noqa: SIM118
        reading = LinearReading(
            int(header["layer"]),
            **{name: vectors[name] for name in _VECTORS},
            complete_intercept=float(vectors["complete"][0]),
            complete_slope=float(vectors["complete"][1]),
            wrong_equation=wrong,
        )
        # A file of a time without step rules holds what ended steps.
        steps = header.get("steps") or StepRule(separator=str(json.loads(header["separator"]))).place
        sample = tuple(round(float(number), 3) for number in vectors["weight_sample"])
        pairing = Pairing(header["generator"], header["weights"], header["prompt"], steps, sample)
        card = dict(json.loads(header["card"]))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, IndexError) as error:
        raise ModelError(f"{path} cannot be read as a hidden-state reward: {error}") from error
    _check_numbers(path, reading)
    return reading, pairing, card


def _check_numbers(path: Path, reading: LinearReading) -> None:
    sizes = {len(getattr(reading, name)) for name in ("mean", "scale", "weight")}
    steps = {len(reading.intercepts), len(reading.slopes)}
    numbers = np.concatenate(
        [getattr(reading, name).ravel() for name in _VECTORS]
        + [[reading.complete_intercept, reading.complete_slope, reading.wrong_equation]]
    )
    if len(sizes) != 1 or sizes.pop() % 2 or len(steps) != 1 or steps == {0}:
        raise ModelError(f"{path} is damaged: the sizes of its numbers do not fit together.")
    if not np.isfinite(numbers).all() or (reading.scale <= 0).any():
        raise ModelError(f"{path} is damaged: it holds numbers that are not finite.")


def load_hidden_state_reward(path: Path, find_generator: Callable[[str], Generator]) -> HiddenStateReward:
    """The reward in a file, under the file's path as its name; `find_generator` loads its generator by name where the
    texts come from elsewhere. Raises `ModelError` as `read_reading`."""
    reading, pairing, _ = read_reading(path)
    return HiddenStateReward(reading, str(path), pairing, lambda: find_generator(pairing.generator))
