"""What the browser sent with an event: a page of ours sends objects, anybody else anything."""

from __future__ import annotations

from typing import Any

import gradio as gr


def read_event_data(event: gr.EventData) -> dict[str, Any]:
    """Return the object that was sent; empty for whatever is none."""
    return event._data if isinstance(event._data, dict) else {}
