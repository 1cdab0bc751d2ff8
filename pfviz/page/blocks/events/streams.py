"""Updates that Gradio sends one after another for one event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_KEPT = {"interactive", "open"}


def keep_properties(stream: Iterable[Any]) -> Iterator[Any]:
    """Repeat, in every update of one event, what the updates before it set of a button or a fold.

    Gradio sends a stream as differences, and its client (6.31) applies them to updates that it has not shown yet: a
    property that the next update leaves out is taken away from the one that waits, and is lost on a busy machine.
    """
    kept: dict[Any, Any] = {}
    for found in stream:
        changed = found if "__type__" not in found else {}  # a skip has nothing but its type
        kept |= {part: update for part, update in changed.items() if isinstance(update, dict) and _KEPT & set(update)}
        yield kept | changed or found
