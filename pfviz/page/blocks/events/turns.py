"""Events that wait for each other in the browser, in `page/static/turns.js`."""

from __future__ import annotations

from typing import Any


def end_turn(event: Any) -> None:
    """Let the browser send what waits, once the answer to this event has come; for every `select` and `move`."""
    event.then(None, js="() => pfvizNextTurn()", show_progress="hidden", api_visibility="private")
