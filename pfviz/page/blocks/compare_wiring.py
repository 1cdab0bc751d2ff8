"""Which event of the view "Compare" calls what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import compare_runs
from pfviz.page.actions.files import write_comparison_report
from pfviz.page.blocks import wiring
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.turns import end_turn
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.view_updates import ViewUpdates
from pfviz.page.render import compare_view
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visits

COMPARE_OUTPUTS = (
    *compare_view.PARTS,
    "compare_progress",
    "compare_rivals",
    "compare_stop",
    "compare_clear",
    "compare_save",
)


def compare_updates(parts: Parts) -> ViewUpdates:
    """Return what turns values of the view into updates of it."""
    return ViewUpdates(parts, "compare", "compare_rivals")


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event of the view; called inside the `gr.Blocks` of the parts."""
    view = compare_updates(parts)
    own = [parts[name] for name in COMPARE_OUTPUTS]

    def start(request: gr.Request) -> Iterator[Any]:
        yield from view.stream(compare_runs.start_rivals(engine, visits.get(request.session_hash)))

    def press(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        visit, sent = visits.get(request.session_hash), read_event_data(event)
        stream = compare_runs.start_rivals(engine, visit) if "start" in sent else [compare_runs.remove(visit, sent)]
        yield from view.stream(stream)

    def stop(request: gr.Request) -> None:
        visits.get(request.session_hash).compare.stop_job()

    def drop(paths: list[str] | None, request: gr.Request) -> Any:
        return view.gradio_updates(compare_runs.add_files(visits.get(request.session_hash), paths or []))

    def open_run(request: gr.Request, event: gr.EventData) -> Any:
        return view.gradio_updates(compare_runs.open_run(visits.get(request.session_hash), read_event_data(event)))

    def save(request: gr.Request) -> Any:
        visit = visits.get(request.session_hash)
        found = visit.compare.comparison
        return gr.skip() if found is None else str(write_comparison_report(found, visit.folder()))

    streamed: dict[str, Any] = {"trigger_mode": "multiple", **wiring.EVENT_SETTINGS}
    parts["compare_rivals"].click(start, None, own, **streamed)
    for name in ("compare_empty", "compare_cards"):
        parts[name].pick(press, None, own, **streamed)
    parts["compare_stop"].click(stop, **wiring.EVENT_SETTINGS)
    parts["compare_open"].upload(drop, parts["compare_open"], own, **wiring.EVENT_SETTINGS)
    for name in ("compare_add", "compare_this"):
        parts[name].click(view.callback(visits, compare_runs.add_current_run), None, own, **wiring.EVENT_SETTINGS)
    parts["compare_this"].click(None, js="() => pfvizView('compare')")
    parts["compare_clear"].click(view.callback(visits, compare_runs.clear), None, own, **wiring.EVENT_SETTINGS)
    shown = [parts[name] for name in wiring.OUTPUTS]
    for name in ("compare_cards", *compare_view.FIGURES):
        end_turn(parts[name].select(open_run, None, shown, trigger_mode="multiple", **wiring.EVENT_SETTINGS))
    parts["compare_save"].click(save, None, parts["compare_file"], **wiring.FILE_EVENT_SETTINGS).success(
        None, parts["compare_file"], js=wiring.DOWNLOAD_FILE_JS
    )
