"""How many parameters a model has, before it is loaded: from the catalogue, from its files, or from the Hub."""

from __future__ import annotations

import json
import math
from pathlib import Path

from pfviz.models.hub import catalog

WEIGHTS_FILE, INDEX_FILE = "model.safetensors", "model.safetensors.index.json"
HUB_TIMEOUT = 10.0  # seconds that the Hub may take: without an answer the model is loaded all the same


def parameter_billions(place: str | Path, local_files_only: bool = False) -> float | None:
    """The parameters of a model of the Hub or of a folder, in billions; None where that is not cheap to know."""
    card = catalog.GENERATORS.get(str(place)) or catalog.REWARDS.get(str(place))
    if card is not None:
        return card.parameters
    found = _count_in_files(place)
    if found is None and not (local_files_only or Path(place).is_dir()):
        found = _count_on_hub(str(place))
    return None if found is None else found / 1e9


def _count_in_files(place: str | Path) -> int | None:
    """From the heads of the files with the weights, if they are all on this machine."""
    from safetensors import SafetensorError, safe_open

    total = 0
    try:
        for name in _weight_files(place):
            file = _local_file(place, name)
            if file is None:
                return None
            with safe_open(str(file), "np") as weights:
                total += sum(math.prod(weights.get_slice(key).get_shape()) for key in weights.keys())  # noqa: SIM118
    except (OSError, ValueError, KeyError, AttributeError, TypeError, SafetensorError):
        return None  # what is wrong with them is said when they are loaded
    return total


def has_weights(name: str) -> bool:
    """Whether the configuration and all weights of a model of the Hub, owner/name, are in its client's cache."""
    try:
        names = _weight_files(name)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    safe = all(_local_file(name, file) for file in names)
    found = safe or _local_file(name, "pytorch_model.bin") or _local_file(name, "pytorch_model.bin.index.json")
    return bool(found) and _local_file(name, "config.json") is not None


def _weight_files(place: str | Path) -> list[str]:
    """The files with the weights: those that an index names, else the only one."""
    index = _local_file(place, INDEX_FILE)
    if index is None:
        return [WEIGHTS_FILE]
    return sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))


def _local_file(place: str | Path, name: str) -> Path | None:
    """A file of a folder, or of a model of the Hub that was fetched before."""
    if Path(place).is_dir():
        return Path(place) / name if (Path(place) / name).is_file() else None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(str(place), name)
    except HFValidationError:
        return None
    return Path(found) if isinstance(found, str) else None


def _count_on_hub(name: str) -> int | None:
    """From what the Hub tells of its files, in one question."""
    from huggingface_hub import model_info

    try:
        told = model_info(name, expand=["safetensors"], timeout=HUB_TIMEOUT).safetensors
    except Exception:  # anything that its HTTP library raises; why the model is not there is said when it is loaded
        return None
    return None if told is None else int(told.total)
