"""Which event of the lab's view calls what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from pfviz.page.actions import lab_runs
from pfviz.page.actions.files import write_calibration, write_lab_report
from pfviz.page.blocks import wiring
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.turns import end_turn
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.view_updates import ViewUpdates
from pfviz.page.forms import run_form
from pfviz.page.render.lab import lab_view
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visits

LAB_OUTPUTS = (*lab_view.PARTS, "lab_progress", "lab_start", "lab_stop", "lab_add", "lab_clear", "lab_save")
BATCH_OUTPUTS = (*LAB_OUTPUTS, *(f"error_{field}" for field in run_form.FIELDS), "banner", "fold", "fold_steps")
"""What a batch changes: the lab, and the messages beside the form."""


def lab_updates(parts: Parts) -> ViewUpdates:
    """Return what turns values of the view into updates of it."""
    return ViewUpdates(parts, "lab", "lab_start")


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event of the lab; called inside the `gr.Blocks` of the parts."""
    view = lab_updates(parts)
    form = [parts[name] for name in run_form.FIELDS]
    own = [parts[name] for name in LAB_OUTPUTS]
    told = [parts[name] for name in BATCH_OUTPUTS]

    def start(request: gr.Request, number: Any, dataset: Any, own_method: Any, *typed: Any) -> Iterator[Any]:
        given = dict(zip(run_form.FIELDS, typed, strict=True))
        visit = visits.get(request.session_hash)
        batch = lab_runs.start_batch(engine, visit, given, number, dataset=dataset, own_method=bool(own_method))
        yield from view.stream(batch)

    def start_naive(request: gr.Request, *typed: Any) -> Iterator[Any]:
        given = dict(zip(run_form.FIELDS, typed, strict=True)) | lab_runs.NAIVE_MODEL_FIELDS
        visit = visits.get(request.session_hash)
        yield from view.stream(lab_runs.start_batch(engine, visit, given, lab_view.BATCH_SIZES[0]))

    def stop(request: gr.Request) -> None:
        visits.get(request.session_hash).lab.stop_batch()

    def drop(paths: list[str] | None, request: gr.Request) -> Iterator[Any]:
        yield from view.stream(lab_runs.add_files(visits.get(request.session_hash), paths or []))

    def look(request: gr.Request, event: gr.EventData) -> Any:
        sent = read_event_data(event)
        return view.gradio_updates(lab_runs.select(visits.get(request.session_hash), sent))

    def save(request: gr.Request) -> Any:
        visit = visits.get(request.session_hash)
        found = visit.lab.diagnosis
        return gr.skip() if found is None else str(write_lab_report(found, visit.folder()))

    def save_map(request: gr.Request) -> Any:
        visit = visits.get(request.session_hash)
        repair = visit.lab.repair
        return gr.skip() if repair is None else str(write_calibration(repair.calibration, visit.folder()))

    batch: dict[str, Any] = {"trigger_mode": "multiple", "preprocess": False, **wiring.EVENT_SETTINGS}
    parts["lab_start"].click(
        start, [parts["lab_count"], parts["lab_dataset"], parts["lab_method"], *form], told, **batch
    )
    parts["lab_empty"].pick(start_naive, form, told, **batch)
    parts["lab_stop"].click(stop, **wiring.EVENT_SETTINGS)
    parts["lab_open"].upload(drop, parts["lab_open"], own, **wiring.EVENT_SETTINGS)
    parts["lab_add"].click(view.callback(visits, lab_runs.add_current_run), None, own, **wiring.EVENT_SETTINGS)
    parts["lab_clear"].click(view.callback(visits, lab_runs.clear), None, own, **wiring.EVENT_SETTINGS)
    shown = [*own, *(parts[name] for name in wiring.OUTPUTS)]
    for name in ("lab_findings", "lab_note", *lab_view.FIGURES):
        end_turn(parts[name].select(look, None, shown, trigger_mode="multiple", **wiring.EVENT_SETTINGS))
    for name, made in (("lab_save", save), ("lab_save_map", save_map)):
        parts[name].click(made, None, parts["lab_file"], **wiring.FILE_EVENT_SETTINGS).success(
            None, parts["lab_file"], js=wiring.DOWNLOAD_FILE_JS
        )
