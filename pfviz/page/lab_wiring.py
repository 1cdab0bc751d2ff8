"""Which event of the lab's view calls what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from pfviz.page import controls, lab, lab_runs, wiring
from pfviz.page.downloads import write_lab
from pfviz.page.engine import Engine
from pfviz.page.lab import Values
from pfviz.page.layout import Parts
from pfviz.page.sessions import Visit, Visits

OWN = (*lab.PARTS, "lab_progress", "lab_start", "lab_stop", "lab_add", "lab_clear", "lab_save")
TOLD = (*OWN, *(f"trouble_{field}" for field in controls.FIELDS), "banner", "fold")
"""What a batch changes: the lab, and the messages beside the form."""


def updates(parts: Parts, values: Values) -> Any:
    """As `wiring.updates`, and the lab's buttons: "lab_running", a batch goes on; "lab_any", there is a diagnosis."""
    values, found = dict(values), {}
    if "lab_running" in values:
        running = values.pop("lab_running")
        found[parts["lab_start"]] = gr.update(interactive=not running)
        found[parts["lab_stop"]] = gr.update(interactive=running)
    if "lab_any" in values:
        some = values.pop("lab_any")
        found |= {parts[name]: gr.update(interactive=some) for name in ("lab_clear", "lab_save")}
    return found | wiring.updates(parts, values) if values else found or gr.skip()


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event of the lab; called inside the `gr.Blocks` of the parts."""
    form = [parts[name] for name in controls.FIELDS]
    own = [parts[name] for name in OWN]
    told = [parts[name] for name in TOLD]

    def start(request: gr.Request, number: Any, own_method: Any, *typed: Any) -> Iterator[Any]:
        given = dict(zip(controls.FIELDS, typed, strict=True))
        visit = visits.of(request.session_hash)
        for values in lab_runs.start(engine, visit, given, number, own_method=bool(own_method)):
            yield updates(parts, values)

    def start_naive(request: gr.Request, *typed: Any) -> Iterator[Any]:
        given = dict(zip(controls.FIELDS, typed, strict=True)) | lab_runs.NAIVE
        for values in lab_runs.start(engine, visits.of(request.session_hash), given, lab.COUNTS[0]):
            yield updates(parts, values)

    def stop(request: gr.Request) -> None:
        visits.of(request.session_hash).lab.stop()

    def drop(paths: list[str] | None, request: gr.Request) -> Iterator[Any]:
        for values in lab_runs.drop(visits.of(request.session_hash), paths or []):
            yield updates(parts, values)

    def doing(action: Callable[[Visit], Values]) -> Callable[..., Any]:
        def callback(request: gr.Request) -> Any:
            return updates(parts, action(visits.of(request.session_hash)))

        return callback

    def look(request: gr.Request, event: gr.EventData) -> Any:
        sent = event._data if isinstance(event._data, dict) else {}
        return updates(parts, lab_runs.look(visits.of(request.session_hash), sent))

    def save(request: gr.Request) -> Any:
        visit = visits.of(request.session_hash)
        found = visit.lab.diagnosis
        return gr.skip() if found is None else str(write_lab(found, visit.folder()))

    batch: dict[str, Any] = {"trigger_mode": "multiple", "preprocess": False, **wiring.EVENT}
    parts["lab_start"].click(start, [parts["lab_count"], parts["lab_method"], *form], told, **batch)
    parts["lab_empty"].pick(start_naive, form, told, **batch)
    parts["lab_stop"].click(stop, **wiring.EVENT)
    parts["lab_open"].upload(drop, parts["lab_open"], own, **wiring.EVENT)
    parts["lab_add"].click(doing(lab_runs.add_shown), None, own, **wiring.EVENT)
    parts["lab_clear"].click(doing(lab_runs.clear), None, own, **wiring.EVENT)
    for name in ("lab_findings", "lab_note", *lab.PICTURES):
        parts[name].select(look, None, [*own, *(parts[name] for name in wiring.OUTPUTS)], **wiring.EVENT)
    parts["lab_save"].click(save, None, parts["lab_file"], **wiring.EVENT).success(
        None, parts["lab_file"], js=wiring.FETCH_FILE
    )
