"""The forms that ask models, and what they call: a callback finds the visit and hands on the values of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import probe, runs
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.layout import Parts
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visits


def wire_probes(
    parts: Parts,
    engine: Engine,
    visits: Visits,
    outputs: list[Any],
    updates: Callable[[Parts, PartValues], Any],
    settings: dict[str, Any],
) -> None:
    """Attach the events; `updates` makes Gradio's updates of values, `settings` are those of every event."""

    def press(particles: Any, request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        visit = visits.get(request.session_hash)
        sent = read_event_data(event)
        if sent.get("do") == "stop":
            visit.stop_question()
            return
        growing = sent.get("do") == "grow"
        values = runs.grow(engine, visit, sent, particles) if growing else probe.start(engine, visit, sent)
        yield from keep_properties(updates(parts, shown) for shown in values)

    for name in ("rule", "asking"):
        parts[name].ask(
            press,
            parts["particles"],
            outputs,
            trigger_mode="multiple",
            api_name=f"ask_{name}",
            preprocess=False,
            **settings,
        )
