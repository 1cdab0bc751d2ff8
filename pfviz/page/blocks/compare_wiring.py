"""Which event of the view "Compare" calls what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import compare_runs
from pfviz.page.actions.files import write_comparison_report
from pfviz.page.blocks import wiring
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.streams import keep_properties
from pfviz.page.render import compare_view
from pfviz.page.render.compare_view import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visit, Visits

COMPARE_OUTPUTS = (
    *compare_view.PARTS,
    "compare_progress",
    "compare_rivals",
    "compare_stop",
    "compare_clear",
    "compare_save",
)


def gradio_updates(parts: Parts, values: PartValues) -> Any:
    """As `wiring.gradio_updates`, and the view's buttons: "compare_running", rivals are made; "compare_any", there is a
    run."""
    values, found = dict(values), {}
    if "compare_running" in values:
        running = values.pop("compare_running")
        found[parts["compare_rivals"]] = gr.update(interactive=not running)
        found[parts["compare_stop"]] = gr.update(interactive=running)
    if "compare_any" in values:
        some = values.pop("compare_any")
        found |= {parts[name]: gr.update(interactive=some) for name in ("compare_clear", "compare_save")}
    return found | wiring.gradio_updates(parts, values) if values else found or gr.skip()


def _stream_updates(parts: Parts, stream: Iterable[PartValues]) -> Iterator[Any]:
    return keep_properties(gradio_updates(parts, values) for values in stream)


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event of the view; called inside the `gr.Blocks` of the parts."""
    own = [parts[name] for name in COMPARE_OUTPUTS]

    def start(request: gr.Request) -> Iterator[Any]:
        yield from _stream_updates(parts, compare_runs.start_rivals(engine, visits.get(request.session_hash)))

    def press(request: gr.Request, event: gr.EventData) -> Iterator[Any]:
        visit, sent = visits.get(request.session_hash), _read_sent(event)
        stream = compare_runs.start_rivals(engine, visit) if "start" in sent else [compare_runs.remove(visit, sent)]
        yield from _stream_updates(parts, stream)

    def stop(request: gr.Request) -> None:
        visits.get(request.session_hash).compare.stop_job()

    def drop(paths: list[str] | None, request: gr.Request) -> Any:
        return gradio_updates(parts, compare_runs.add_files(visits.get(request.session_hash), paths or []))

    def doing(action: Callable[[Visit], PartValues]) -> Callable[..., Any]:
        def callback(request: gr.Request) -> Any:
            return gradio_updates(parts, action(visits.get(request.session_hash)))

        return callback

    def open_run(request: gr.Request, event: gr.EventData) -> Any:
        return gradio_updates(parts, compare_runs.open_run(visits.get(request.session_hash), _read_sent(event)))

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
        parts[name].click(doing(compare_runs.add_current_run), None, own, **wiring.EVENT_SETTINGS)
    parts["compare_this"].click(None, js="() => pfvizView('compare')")
    parts["compare_clear"].click(doing(compare_runs.clear), None, own, **wiring.EVENT_SETTINGS)
    shown = [parts[name] for name in wiring.OUTPUTS]
    for name in ("compare_cards", *compare_view.FIGURES):
        parts[name].select(open_run, None, shown, trigger_mode="multiple", **wiring.EVENT_SETTINGS)
    parts["compare_save"].click(save, None, parts["compare_file"], **wiring.FILE_EVENT_SETTINGS).success(
        None, parts["compare_file"], js=wiring.DOWNLOAD_FILE_JS
    )


def _read_sent(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}
