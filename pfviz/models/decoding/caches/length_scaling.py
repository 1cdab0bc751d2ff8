"""Rotary positions whose frequencies depend on how long the whole text is.

Their keys, computed in a short text, are wrong as soon as the text is a long one: no cache of them can be gone on with
from one length to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def longest_short_text(config: Any) -> int | None:
    """Up to how many tokens the frequencies of a model are those of every short text; None if they are always the same.

    "longrope" has two sets of them, "dynamic" one for every length beyond.
    """
    found: list[int] = []
    text = config.get_text_config(decoder=True)
    for part in _rope_parameters(config):
        kind = _rope_type(part)
        if kind == "longrope":
            found.append(int(part.get("original_max_position_embeddings") or text.max_position_embeddings))
        elif "dynamic" in kind:
            found.append(int(text.max_position_embeddings) - 1)  # at just so many it does not go back to those
    return min(found, default=None)


def has_growing_frequencies(config: Any) -> bool:
    """Whether the frequencies grow with the text, and stay so for the next one."""
    return any("dynamic" in _rope_type(part) for part in _rope_parameters(config))


def _rope_type(part: Mapping[str, Any]) -> str:
    return str(part.get("rope_type") or part.get("type"))


def _rope_parameters(config: Any) -> list[Mapping[str, Any]]:
    """What a config says of its rotary positions, once or for each kind of layer."""
    said = getattr(config.get_text_config(decoder=True), "rope_parameters", None)
    if not isinstance(said, Mapping):
        return []
    parts = [part for part in said.values() if isinstance(part, Mapping)]
    return parts or [said]
