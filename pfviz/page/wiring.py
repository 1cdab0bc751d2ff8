"""Which event calls what. A callback finds the visit, calls a pure function and hands its values to the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from pfviz.page import choosing, comparison, controls, downloads, empty, looks, runs, views
from pfviz.page.asking_wiring import wire_asking
from pfviz.page.engine import Engine
from pfviz.page.inspector import EMPTY
from pfviz.page.layout import Parts
from pfviz.page.markup import chips
from pfviz.page.offer import Offer
from pfviz.page.sessions import Visits
from pfviz.page.views import Values

TOGGLE_DARK = """() => {
  const dark = document.body.classList.toggle('dark');
  try { localStorage.setItem('pfviz-theme', dark ? 'dark' : 'light'); } catch {}
}"""
FETCH_FILE = """(file) => {
  if (!file) return;
  const link = Object.assign(document.createElement('a'), { href: file.url, download: file.orig_name ?? '' });
  document.body.append(link);
  link.click();
  link.remove();
}"""

_STORY = (
    "inspector",
    "answer",
    "event",
    "sweep",
    "colours",
    *views.CHECK,
    "notes",
    "progress",
    "banner",
    "problem",
    "hero",
)
_BUTTONS = ("run", "stop", "resume", "fold", "save_json", "save_html")
OUTPUTS = (*(f"trouble_{field}" for field in controls.FIELDS), *views.PANES, *_STORY, *_BUTTONS)

# Never queued behind another visitor: a run holds its place for as long as it lasts.
EVENT: dict[str, Any] = {"show_progress": "hidden", "concurrency_limit": None}


def updates(parts: Parts, values: Values) -> Any:
    """Values by name → Gradio's updates by component."""
    if not values:
        return gr.skip()
    values = dict(values)
    found: dict[Any, Any] = {}
    if "running" in values:
        running = values.pop("running")
        found[parts["run"]] = gr.update(interactive=not running)
        found[parts["stop"]] = gr.update(interactive=running)
    if "resumable" in values:
        found[parts["resume"]] = gr.update(interactive=values.pop("resumable"))
    if "hero" in values:
        values["hero"] = empty.hero() if values["hero"] else ""  # never `visible`: it makes Gradio lose other updates
    if values.pop("clear", False):
        cleared = dict.fromkeys(
            (*views.PANES, *views.CHECK, "answer", "event", "sweep", "colours", "notes", "progress"), ""
        )
        values = cleared | {"inspector": EMPTY} | values
    if values.pop("unfold", False):
        found[parts["fold"]] = gr.update(open=True)
    if "genealogy" in values:
        for name in ("save_json", "save_html"):
            found[parts[name]] = gr.update(interactive=bool(values["genealogy"]))
    return found | {parts[name]: value for name, value in values.items()}


def wire(parts: Parts, engine: Engine, visits: Visits) -> None:
    """Attach every event; called inside the `gr.Blocks` of the parts."""
    outputs = [parts[name] for name in OUTPUTS]

    def press_run(request: gr.Request, *typed: Any) -> Iterator[Any]:
        form = dict(zip(controls.FIELDS, typed, strict=True))
        for values in runs.start(engine, visits.of(request.session_hash), form):
            yield updates(parts, values)

    def press_stop(request: gr.Request) -> None:
        visits.of(request.session_hash).stop()

    def press_resume(request: gr.Request) -> Iterator[Any]:
        for values in runs.resume(engine, visits.of(request.session_hash)):
            yield updates(parts, values)

    def looking(look: looks.Look) -> Callable[..., Any]:
        def callback(request: gr.Request, event: gr.EventData) -> Any:
            visit = visits.of(request.session_hash)
            with visit.lock:
                look(visit, event._data if isinstance(event._data, dict) else {})
                return updates(parts, looks.redraw(visit))

        return callback

    form = [parts[name] for name in controls.FIELDS]
    gr.on(
        [parts["run"].click, parts["problem"].submit],
        press_run,
        form,
        outputs,
        trigger_mode="multiple",
        api_name="run",
        preprocess=False,  # what was typed, as it was typed: the page, not a pop-up, says what is wrong with it
        **EVENT,
    )
    parts["stop"].click(press_stop, **EVENT)
    parts["resume"].click(press_resume, None, outputs, trigger_mode="multiple", api_name="resume", **EVENT)
    for name in (*views.PANES, *views.CHECK, "inspector", "answer", "sweep", "colours"):
        parts[name].select(looking(looks.select), None, outputs, trigger_mode="multiple", **EVENT)
    parts["genealogy"].move(looking(looks.walk), None, outputs, trigger_mode="multiple", **EVENT)
    parts["before"].click(looking(looks.step_event(-1)), None, outputs, **EVENT)
    parts["after"].click(looking(looks.step_event(+1)), None, outputs, **EVENT)
    parts["tabs"].select(looking(looks.open_tab), None, outputs, trigger_mode="multiple", **EVENT)
    parts["dark"].click(None, js=TOGGLE_DARK)
    wire_asking(parts, engine, visits, outputs, updates, EVENT)
    _views(parts)
    _problem(parts)
    _models(parts, engine.offer)
    _files(parts, visits, outputs)


def _views(parts: Parts) -> None:
    """The comparison of the methods is drawn when it is first opened; a run brings its own view back."""
    shown = [parts[name] for name in comparison.PARTS]

    def compare(event: gr.EventData) -> Any:
        opened = event._data.get("view") if isinstance(event._data, dict) else None
        return list(comparison.values().values()) if opened == "methods" else gr.skip()

    parts["views"].select(compare, None, shown, **EVENT)
    for event in (parts["run"].click, parts["problem"].submit, parts["resume"].click, parts["upload"].upload):
        event(None, js="() => pfvizView('run')")


def _problem(parts: Parts) -> None:
    """Preview, examples, dice, and the settings of the chosen method."""
    fixed = ("method", "seed", "truth", *controls.MODELS)
    variable = [field for field in controls.DEFAULTS if field not in fixed]

    def choose(method: str, *typed: Any) -> list[Any]:
        seen = controls.shown(method)
        return [controls.about(method, *typed), *(gr.update(visible=seen[field]) for field in variable)]

    shown = [parts["preview"], parts["trouble_problem"]]

    def pick(event: gr.EventData) -> str:
        return str(event._data.get("problem", "")) if isinstance(event._data, dict) else ""

    parts["problem"].change(controls.preview, parts["problem"], shown, **EVENT)
    for name in ("examples", "trouble_problem"):
        parts[name].pick(pick, None, parts["problem"], **EVENT)
    sizes = [parts[field] for field in ("method", *controls.SIZES)]
    parts["method"].change(choose, sizes, [parts["about_method"], *(parts[field] for field in variable)], **EVENT)
    for field in controls.SIZES:
        parts[field].change(controls.about, sizes, parts["about_method"], preprocess=False, **EVENT)
    parts["dice"].click(controls.dice, None, parts["seed"], **EVENT)


def _models(parts: Parts, offer: Offer) -> None:
    """Another entry of the list has other reward models, and other problems to try."""

    def choose(name: Any) -> list[Any]:
        listed = offer.models.get(name)
        reward: dict[str, Any] = {"visible": listed is not None}
        if listed is not None:
            reward |= {"choices": listed.reward_choices, "value": listed.rewards[0]}
        typed = gr.update(visible=listed is None)
        judged = choosing.about_reward(listed.rewards[0]) if listed is not None else ""
        return [
            choosing.about(name, offer), gr.update(**reward), judged, typed, typed, chips(offer.examples(name)),
        ]  # fmt: skip

    changed = ("about_models", "reward", "about_reward", "generator", "typed_reward", "examples")
    parts["models"].input(choose, parts["models"], [parts[name] for name in changed], preprocess=False, **EVENT)
    # Without Gradio's own check, which knows the reward models of the first entry only.
    parts["reward"].input(choosing.about_reward, parts["reward"], parts["about_reward"], preprocess=False, **EVENT)


def _files(parts: Parts, visits: Visits, outputs: list[Any]) -> None:
    """Downloads and uploads."""

    def save(kind: downloads.Kind) -> Callable[[gr.Request], Any]:
        def callback(request: gr.Request) -> Any:
            visit = visits.of(request.session_hash)
            return gr.skip() if visit.trace is None else str(downloads.write(visit.trace, kind, visit.folder()))

        return callback

    def upload(path: str, request: gr.Request) -> Any:
        return updates(parts, looks.open_trace(visits.of(request.session_hash), path))

    for kind in ("json", "html"):
        parts[f"save_{kind}"].click(save(kind), None, parts["file"], **EVENT).success(
            None, parts["file"], js=FETCH_FILE
        )
    parts["upload"].upload(upload, parts["upload"], outputs, **EVENT)
