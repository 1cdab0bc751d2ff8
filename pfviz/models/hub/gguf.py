"""Weights in one GGUF file, as llama.cpp has them: read by transformers, which turns them back into plain numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SUFFIX = ".gguf"
MAGIC = b"GGUF"
MISSING_PACKAGE = "Reading {place} needs the package gguf: `pip install gguf`."


def is_gguf_name(name: str | Path) -> bool:
    """Whether a name ends as that of a GGUF file."""
    return str(name).lower().endswith(SUFFIX)


def explain_bad_file(place: Path) -> str | None:
    """Why a file cannot be a GGUF file, and what to do; None for one that begins as they do."""
    try:
        with place.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        return f"There is no model in {place}: {error.strerror}. Check the path."
    if start != MAGIC:
        return (
            f"{place} is no GGUF file: it does not begin with {MAGIC.decode()!r}. It may not be downloaded to its end."
        )
    return None


def source_options(place: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(where, options for the tokenizer, options for the model) of transformers' `from_pretrained`."""
    from transformers import GgufConfig

    file = {"gguf_file": place.name}
    # Without it the weights stay packed, and are unpacked anew in every pass.
    return str(place.parent), file, {**file, "quantization_config": GgufConfig(dequantize=True)}
