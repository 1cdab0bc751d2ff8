"""A model of the Hub on its way to this machine: whether there is such a model, how large it is, how much has come."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pfviz.errors import ModelError

HUB_TIMEOUT = 10.0  # seconds that the Hub may take to answer
_WEIGHT_SUFFIXES = (".safetensors", ".bin")
"""Endings of the files that transformers loads, the preferred one first."""


@cache
def expected_gigabytes(name: str) -> float:
    """The size of a model's weights on the Hub, 10^9 bytes; 0 where it does not say.

    Raises:
        ModelError: there is no such model, it is not for everybody, or the Hub does not answer.
    """
    sizes = {file.rfilename: file.size or 0 for file in ask_hub(name).siblings or []}
    return sum(sizes[weights] for weights in choose_weights(list(sizes))) / 1e9


def choose_weights(files: Sequence[str]) -> list[str]:
    """Of the names of a model's files, those of its weights, in the form that transformers prefers."""
    for ending in _WEIGHT_SUFFIXES:
        if found := [name for name in files if name.endswith(ending) and "/" not in name]:
            return found
    return []


def ask_hub(name: str) -> Any:
    """What the Hub says of a model, its files with their sizes (`siblings`) too; raises `ModelError` as
    `expected_gigabytes`."""
    from huggingface_hub import HfApi, errors

    from pfviz.models.hub.loader import explain_load_error

    try:
        return HfApi().model_info(name, files_metadata=True, timeout=HUB_TIMEOUT)
    except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled, errors.HFValidationError) as error:
        raise ModelError(explain_load_error(name, error)) from error
    except Exception as error:  # whatever the Hub's client has for a network that is not there
        raise ModelError(explain_load_error(name, errors.LocalEntryNotFoundError(str(error)))) from error


def downloaded_gigabytes(name: str) -> float:
    """What has come of a model so far, files in the making included, 10^9 bytes."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    blobs = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model") / "blobs"
    total = 0
    for file in blobs.glob("*"):
        try:
            total += file.stat().st_size
        except OSError:  # it was finished, and has another name now
            continue
    return total / 1e9
