"""The files that a visitor opens, and what they call: other runs of them, the form of a table's columns, the lab."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pfviz.page.actions import opened_files
from pfviz.page.blocks import lab_wiring, wiring
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.turns import end_turn
from pfviz.page.blocks.layout import Parts
from pfviz.page.state.visits import Visits


def wire(parts: Parts, visits: Visits) -> None:
    """Attach the events of opened files; called inside the `gr.Blocks` of the parts."""
    outputs = [parts[name] for name in wiring.OUTPUTS]

    def upload(path: str, request: gr.Request) -> Any:
        return wiring.gradio_updates(parts, opened_files.open_file(visits.get(request.session_hash), path))

    def ask(request: gr.Request, event: gr.EventData) -> Any:
        visit = visits.get(request.session_hash)
        with visit.lock:
            sent = read_event_data(event)
            return wiring.gradio_updates(parts, opened_files.answer(visit, sent))

    def send_to_lab(request: gr.Request) -> Any:
        return lab_wiring.lab_updates(parts).gradio_updates(opened_files.send_to_lab(visits.get(request.session_hash)))

    settings = wiring.EVENT_SETTINGS
    parts["upload"].upload(upload, parts["upload"], outputs, **settings)
    parts["file_bar"].ask(ask, None, outputs, trigger_mode="multiple", **settings)
    shown = [parts[name] for name in lab_wiring.LAB_OUTPUTS]
    end_turn(parts["file_bar"].select(send_to_lab, None, shown, trigger_mode="multiple", **settings))
