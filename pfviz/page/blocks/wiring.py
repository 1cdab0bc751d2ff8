"""Which event calls what. A callback finds the visit, calls a pure function and hands its values to the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

import gradio as gr

from pfviz.lab.label_exports import ExportFormat
from pfviz.page.actions import explore, files, label_steps, navigate, runs
from pfviz.page.blocks.events.event_data import read_event_data
from pfviz.page.blocks.events.streams import keep_properties
from pfviz.page.blocks.events.turns import end_turn
from pfviz.page.blocks.layout import Parts
from pfviz.page.blocks.model_wiring import wire_models
from pfviz.page.blocks.probe_wiring import wire_probes
from pfviz.page.forms import run_form
from pfviz.page.render import comparison, welcome
from pfviz.page.render import save_as as save_as_list
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run import run_view
from pfviz.page.render.run.inspector import no_selection
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visits

TOGGLE_DARK_JS = """() => {
  const dark = document.body.classList.toggle('dark');
  try { localStorage.setItem('pfviz-theme', dark ? 'dark' : 'light'); } catch {}
}"""
DOWNLOAD_FILE_JS = """(file) => {
  if (!file) return;
  const link = Object.assign(document.createElement('a'), { href: file.url, download: file.orig_name ?? '' });
  document.body.append(link);
  link.click();
  link.remove();
}"""

_TEXT_PARTS = (
    "inspector",
    "answer",
    "drafts",
    "event",
    "sweep",
    "colours",
    *run_view.REWARD_TAB_PARTS,
    "notes",
    "progress",
    "banner",
    "file_bar",
    "offer",
    "problem",
    "hero",
    "transport",
    "link",
)
_CLEARED_PARTS = ("file_bar", "answer", "event", "sweep", "colours", "notes", "progress", "hero", "transport", "link")
_BUTTON_PARTS = ("run", "stop", "resume", "fold", "fold_steps", "save_json", "save_html")
OUTPUTS = (*(f"error_{field}" for field in run_form.FIELDS), *run_view.PANES, *_TEXT_PARTS, *_BUTTON_PARTS)

FILE_EVENT_SETTINGS: dict[str, Any] = {
    "show_progress": "hidden",
    "concurrency_limit": None,
    "api_visibility": "private",  # what programs call is in `api_wiring.py`
}
"""Never queued behind another visitor: a run holds its place for as long as it lasts."""
EVENT_SETTINGS: dict[str, Any] = FILE_EVENT_SETTINGS | {"postprocess": False}
"""Of every event but those that hand out a file. With postprocessing Gradio 6 keeps, in the session, a new component
with its value whenever a part that was skipped is shown again; what parts are given here is as a browser takes it."""


def gradio_updates(parts: Parts, values: PartValues) -> Any:
    """Values by name → Gradio's updates by component."""
    if not values:
        return gr.skip()
    values = dict(values)
    found: dict[Any, Any] = {}
    if "running" in values:
        running = values.pop("running")
        values.setdefault("drafts", "")  # of the run before, or of this one's last step
        found[parts["run"]] = gr.update(interactive=not running)
        found[parts["stop"]] = gr.update(interactive=running)
    if "resumable" in values:
        found[parts["resume"]] = gr.update(interactive=values.pop("resumable"))
    if "hero" in values:
        # Never `visible`: it makes Gradio lose other updates.
        values["hero"] = values["hero"] if isinstance(values["hero"], str) else welcome.hero() if values["hero"] else ""
    if values.pop("clear", False):
        cleared = dict.fromkeys(
            (*run_view.PANES, *run_view.REWARD_TAB_PARTS, *_CLEARED_PARTS),
            "",
        )
        values = cleared | {"inspector": no_selection()} | values
    if values.pop("unfold", False):
        found[parts["fold"]] = gr.update(open=True)
    if values.pop("unfold_steps", False):
        found[parts["fold_steps"]] = gr.update(open=True)
    if "genealogy" in values:
        for name in ("save_json", "save_html"):
            found[parts[name]] = gr.update(interactive=bool(values["genealogy"]))
    return found | {parts[name]: value for name, value in values.items()}


def stream_updates(parts: Parts, stream: Iterable[PartValues]) -> Iterator[Any]:
    """Gradio's updates of an event that shows one thing after another."""
    return keep_properties(gradio_updates(parts, values) for values in stream)


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event; called inside the `gr.Blocks` of the parts."""
    outputs = [parts[name] for name in OUTPUTS]

    def press_run(request: gr.Request, *typed: Any) -> Iterator[Any]:
        form = dict(zip(run_form.FIELDS, typed, strict=True))
        yield from stream_updates(parts, runs.start(engine, visits.get(request.session_hash), form))

    def press_stop(request: gr.Request) -> None:
        visits.get(request.session_hash).stop_run()

    def press_resume(request: gr.Request) -> Iterator[Any]:
        yield from stream_updates(parts, runs.resume(engine, visits.get(request.session_hash)))

    def looking(look: navigate.Action) -> Callable[..., Any]:
        def callback(request: gr.Request, event: gr.EventData) -> Any:
            visit = visits.get(request.session_hash)
            with visit.lock:
                change = look(visit, read_event_data(event))
                return gradio_updates(parts, navigate.redraw(visit, change or "everything"))

        return callback

    form = [parts[name] for name in run_form.FIELDS]
    gr.on(
        [parts["run"].click, parts["problem"].submit],
        press_run,
        form,
        outputs,
        trigger_mode="multiple",
        api_name="press_run",
        preprocess=False,  # what was typed, as it was typed: the page, not a pop-up, says what is wrong with it
        **EVENT_SETTINGS,
    )
    parts["stop"].click(press_stop, **EVENT_SETTINGS)
    parts["resume"].click(
        press_resume, None, outputs, trigger_mode="multiple", api_name="press_resume", **EVENT_SETTINGS
    )
    panes = [name for name in run_view.PANES if name != "answers"]
    selected = (*panes, *run_view.REWARD_TAB_PARTS, "inspector", "answer", "sweep", "colours", "transport")
    for event, look in (
        *((parts[name].select, navigate.select) for name in selected),
        (parts["answers"].select, explore.select_answer),
        (parts["genealogy"].move, navigate.move_selection),
    ):
        end_turn(event(looking(look), None, outputs, trigger_mode="multiple", **EVENT_SETTINGS))
    parts["before"].click(looking(navigate.step_event(-1)), None, outputs, **EVENT_SETTINGS)
    parts["after"].click(looking(navigate.step_event(+1)), None, outputs, **EVENT_SETTINGS)
    parts["tabs"].select(looking(navigate.open_tab), None, outputs, trigger_mode="multiple", **EVENT_SETTINGS)
    parts["dark"].click(None, js=TOGGLE_DARK_JS)
    wire_probes(parts, engine, visits, outputs, gradio_updates, EVENT_SETTINGS)
    wire_models(parts, engine, visits, outputs, gradio_updates, EVENT_SETTINGS)
    _wire_views(parts)
    _wire_problem(parts)
    _wire_files(parts, visits, outputs)


def _wire_views(parts: Parts) -> None:
    """The comparison of the methods is drawn when it is first opened; a run brings its own view back (as markup.js does
    for its buttons). What stands in a tab that is not open would lose what it is given: it gets it when that opens."""
    shown = [parts[name] for name in comparison.PARTS]
    inputs = [parts["study_choice"], parts["study_tab"]]

    def show(study: str | None, tab: str) -> list[Any]:
        values, there = comparison.render_parts(study), comparison.parts_in(tab)
        return [values[name] if name in there else gr.skip() for name in comparison.PARTS]

    def compare(study: str | None, tab: str, event: gr.EventData) -> Any:
        opened = read_event_data(event).get("view")
        return show(study, tab) if opened == "methods" else gr.skip()

    def open_tab(study: str | None, event: gr.SelectData) -> list[Any]:
        return [str(event.value), *show(study, str(event.value))]

    end_turn(parts["views"].select(compare, inputs, shown, **EVENT_SETTINGS))
    parts["study_choice"].change(show, inputs, shown, **EVENT_SETTINGS)
    parts["study_tabs"].select(
        open_tab, inputs[:1], [parts["study_tab"], *shown], trigger_mode="multiple", **EVENT_SETTINGS
    )
    for event in (parts["problem"].submit, parts["upload"].upload):
        event(None, js="() => pfvizView('run')")


def _wire_problem(parts: Parts) -> None:
    """Preview, examples, dice, and the settings of the chosen method."""
    fixed = ("method", "seed", "truth", *run_form.MODEL_FIELDS)
    variable = [field for field in run_form.DEFAULTS if field not in fixed]

    def show_fields(method: str) -> list[Any]:
        seen = run_form.visible_fields(method)
        return [gr.update(visible=seen[field]) for field in variable]

    shown = [parts["preview"], parts["error_problem"]]

    def pick(event: gr.EventData) -> str:
        return str(read_event_data(event).get("problem", ""))

    parts["problem"].change(run_form.preview, parts["problem"], shown, **EVENT_SETTINGS)
    for name in ("problem_chips", "error_problem"):
        parts[name].pick(pick, None, parts["problem"], **EVENT_SETTINGS)
    sizes = [parts[field] for field in ("method", *run_form.SIZE_FIELDS)]
    parts["method"].change(show_fields, parts["method"], [parts[field] for field in variable], **EVENT_SETTINGS)
    gr.on(
        [field.change for field in sizes],
        run_form.describe_method,
        sizes,
        parts["about_method"],
        trigger_mode="always_last",  # one event for all: of two, the older one's answer may come last, and would stay
        preprocess=False,
        **EVENT_SETTINGS,
    )
    parts["dice"].click(run_form.random_seed, None, parts["seed"], **EVENT_SETTINGS)


def _wire_files(parts: Parts, visits: Visits, outputs: list[Any]) -> None:
    """Downloads and uploads."""

    def save(kind: str) -> Callable[[gr.Request], Any]:
        def callback(request: gr.Request) -> Any:
            visit = visits.get(request.session_hash)
            return gr.skip() if visit.trace is None else str(files.write_trace(visit.trace, kind, visit.folder()))

        return callback

    def save_as(request: gr.Request, event: gr.EventData) -> Any:
        kind = read_event_data(event).get("export")
        return save(kind)(request) if kind in save_as_list.offered_formats() else gr.skip()

    def open_story(request: gr.Request, event: gr.EventData) -> Any:
        name = read_event_data(event).get("story")
        return gradio_updates(parts, navigate.open_story(visits.get(request.session_hash), name))

    for kind in ("json", "html"):
        parts[f"save_{kind}"].click(save(kind), None, parts["file"], **FILE_EVENT_SETTINGS).success(
            None, parts["file"], js=DOWNLOAD_FILE_JS
        )

    def save_labels(to: ExportFormat) -> Callable[[gr.Request], Any]:
        def callback(request: gr.Request) -> Any:
            path = label_steps.write_labels(visits.get(request.session_hash), to)
            if path is None:
                gr.Warning("Nothing is known from a first step on. Label the first steps of a solution, too.")
            return gr.skip() if path is None else str(path)

        return callback

    for to in get_args(ExportFormat):
        parts[f"save_labels_{to}"].click(save_labels(to), None, parts["file"], **FILE_EVENT_SETTINGS).success(
            None, parts["file"], js=DOWNLOAD_FILE_JS
        )
    parts["save_as"].select(save_as, None, parts["file"], **FILE_EVENT_SETTINGS).success(
        None, parts["file"], js=DOWNLOAD_FILE_JS
    )
    end_turn(parts["gallery"].select(open_story, None, outputs, trigger_mode="multiple", **EVENT_SETTINGS))
