"""Which event of the view "Runs" calls what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import runs, stored_runs
from pfviz.page.blocks import compare_wiring, lab_wiring, wiring
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.layout import Parts
from pfviz.page.render import runs_view
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visits

CLICKED_PARTS = ("runs_bar", *runs_view.PARTS)


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event of the view; called inside the `gr.Blocks` of the parts."""
    own = [parts[name] for name in runs_view.PARTS]
    run_parts = [parts[name] for name in wiring.OUTPUTS]

    def stream(values: Iterable[PartValues]) -> Iterator[Any]:
        yield from keep_properties(wiring.gradio_updates(parts, one) for one in values)

    def open_view(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        if read_event_data(event).get("view") == "runs":
            yield from stream(stored_runs.show_list(visits.get(request.session_hash)))
        else:
            yield gr.skip()

    def act(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        yield from stream(stored_runs.act(visits.get(request.session_hash), read_event_data(event)))

    def open_run(request: gr.Request, event: gr.EventData) -> Any:
        values = stored_runs.open_run(visits.get(request.session_hash), read_event_data(event))
        return wiring.gradio_updates(parts, values)

    def resume(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        visit = visits.get(request.session_hash)
        yield from wiring.stream_updates(
            parts, _resume(stored_runs.open_run(visit, read_event_data(event)), engine, visit)
        )

    def compare(request: gr.Request, event: gr.EventData) -> Any:
        values = stored_runs.compare(visits.get(request.session_hash), read_event_data(event))
        return compare_wiring.compare_updates(parts).gradio_updates(values)

    def diagnose(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        values = stored_runs.diagnose(visits.get(request.session_hash), read_event_data(event))
        yield from lab_wiring.lab_updates(parts).stream(values)

    several: dict[str, Any] = {"trigger_mode": "multiple", **wiring.EVENT_SETTINGS}
    parts["views"].select(open_view, None, own, **several)
    for name in CLICKED_PARTS:
        parts[name].pick(act, None, own, **several)
    parts["runs_list"].select(open_run, None, run_parts, **several)
    parts["runs_list"].resume(resume, None, run_parts, **several)
    compared = [parts[name] for name in compare_wiring.COMPARE_OUTPUTS]
    parts["runs_bar"].compare(compare, None, compared, **several)
    parts["runs_bar"].diagnose(diagnose, None, [parts[name] for name in lab_wiring.LAB_OUTPUTS], **several)
    parts["copy_link"].click(None, js="() => pfvizCopyLink()")


def _resume(opened: PartValues, engine: Engine, visit: Any) -> Iterator[PartValues]:
    """The run that was opened goes on, if it could be."""
    yield opened
    if opened.get("resumable"):
        yield from runs.resume(engine, visit)
