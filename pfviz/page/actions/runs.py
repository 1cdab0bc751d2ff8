"""One press of Run, from the form to the last update: a generator of the page's values. No Gradio in here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from pfviz.errors import PfvizError, ProblemError, SettingError
from pfviz.inference.events import Event
from pfviz.page.components.html import error_banner, error_message
from pfviz.page.forms import probe_form, run_form
from pfviz.page.render import stories
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.reward import probe_forms
from pfviz.page.render.run import drafts, real_pair, run_link, run_view
from pfviz.page.serving.engine import Engine, WaitStatus
from pfviz.page.serving.memory import return_freed_memory
from pfviz.page.state import progress
from pfviz.page.state.visits import RunHandle, Visit
from pfviz.store import Recording
from pfviz.trace import Trace

log = logging.getLogger(__name__)


def start(engine: Engine, visit: Visit, form: Mapping[str, Any]) -> Iterator[PartValues]:
    """Check the form, run, and yield what to show; every failure becomes a message and leaves the page usable.

    An empty field is filled with the example that it shows.
    """
    if not str(form["problem"] or "").strip():
        form = {**form, "problem": run_form.EXAMPLE}
        yield {"problem": run_form.EXAMPLE}
    settings, errors = run_form.read_form(form, engine.menu)
    yield show_errors(errors)
    if errors:
        return
    problem = settings.pop("problem")
    examples = engine.menu.examples(form["models"])
    visit.offered_problem = problem.text
    refused_offer = real_pair.offer(engine.menu) if settings["generator"] == "embedded" else ""
    yield {"offer": ""}
    yield from _stream_run(
        visit, lambda run: engine.stream(problem, stop=run.is_stopped, **settings), 0, examples, refused_offer
    )


def resume(engine: Engine, visit: Visit) -> Iterator[PartValues]:
    """A stopped run goes on where it ended."""
    trace = visit.trace
    if trace is not None:
        steps = sum(sweep.steps for sweep in trace.sweeps)
        yield from _stream_run(visit, lambda run: engine.resume(trace, stop=run.is_stopped), steps)


def grow(engine: Engine, visit: Visit, sent: Mapping[str, Any], particles: Any) -> Iterator[PartValues]:
    """A new run from the prefix that was edited takes the place of the run on the page."""
    try:
        question = probe_form.read_grow(sent, visit.shown_sweep, visit.selected, run_form.read_particles(particles))
    except PfvizError as error:
        visit.probe_state.set_status(str(error), is_error=True)
        yield {"asking": probe_forms.status_line(visit.probe_state)}
        return
    yield from _stream_run(visit, lambda run: engine.ask(question, stop=run.is_stopped))


def _stream_run(
    visit: Visit,
    begin: Callable[[RunHandle], Iterator[Event | WaitStatus]],
    past: int = 0,
    examples: tuple[str, ...] = (),
    refused_offer: str = "",
) -> Iterator[PartValues]:
    run, recording = visit.begin_run(), visit.stored.begin_recording(visit.run_id if past else "")
    yield {"running": True, "resumable": False, "banner": "", "progress": run_view.progress_line(progress.Progress())}
    try:
        yield from _stream_updates(visit, run, begin(run), past, recording)
    except ProblemError as error:
        refused = show_errors({"problem": str(error)}, error.examples or examples) | _restore_progress(visit)
        yield refused | {"offer": refused_offer}
    except SettingError as error:
        yield show_errors({error.field: str(error)}) | _restore_progress(visit)
    except PfvizError as error:
        yield _show_failure(visit, str(error))
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("run failed")
        yield _show_failure(visit, f"The model failed during the run ({type(error).__name__}). Press Run to try again.")
    finally:
        current = visit.run is run
        recording.end()
        if recording.error:
            visit.stored.say(f"The last run is not stored whole. {recording.error}", is_error=True)
        visit.end_run(run)  # also when the tab is closed and this generator with it
        return_freed_memory()
    if current:
        yield {"running": False}


def _stream_updates(
    visit: Visit, run: RunHandle, told: Iterator[Event | WaitStatus], past: int, recording: Recording
) -> Iterator[PartValues]:
    first = None
    for first in told:
        if not isinstance(first, WaitStatus):
            break
        if visit.run is not run:
            return
        yield {"progress": run_view.waiting_line(first)}
    else:
        yield _restore_progress(visit)  # stopped while it waited
        return
    events: Iterator[Any] = chain([first], told)
    with closing(progress.follow_events(events, past=past)) as moments:
        for place, moment in enumerate(moments):
            if visit.run is not run:
                return  # the visitor has started another one, or has left
            values: PartValues = {"progress": run_view.progress_line(moment.progress)}
            if place == 0 and not past:
                visit.clear()  # only now: a problem that is refused leaves the run before it where it is
                values["clear"] = True
            elif place == 0:
                visit.probe_state.reset()  # the answers are about the run as it was
            if moment.texts:
                values |= {"hero": False, "drafts": drafts.show_drafts(moment.texts, moment.progress.step)}
            if moment.trace is not None:
                recording.record(moment.trace)
                visit.run_id = recording.run_id
                values |= _show_trace(visit, moment.trace)
            yield values


def _show_trace(visit: Visit, trace: Trace) -> PartValues:
    with visit.lock:
        if visit.sweep is None and visit.trace is not None and len(visit.trace.earlier) != len(trace.earlier):
            visit.selected, visit.event = None, None  # they were of the sweep before
        visit.trace = trace
        if trace.status != "running" and not trace.steps:
            return {"hero": True, "resumable": False}  # stopped before the first step was complete: nothing to look at
        if trace.status != "running" and visit.selected is None and visit.shown_sweep is not None:
            visit.selected = run_view.best_particle(visit.shown_sweep)
        shown = run_view.render_parts(trace, **visit.view_state) | show_offer(visit, trace)
        return shown | {
            "hero": False,
            "resumable": trace.status == "stopped",
            "link": run_link.render_link(visit),
        }


def show_offer(visit: Visit, trace: Trace) -> PartValues:
    """The real pair, where the run on the page gives a reason for it; nothing new while the run goes on."""
    if trace.status == "running":
        return {}
    reason = real_pair.explain_doubt(trace)
    visit.offered_problem = trace.problem
    return {"offer": real_pair.offer(visit.probe_state.menu, reason) if reason else ""}


def _restore_progress(visit: Visit) -> PartValues:
    """A run that was refused leaves the one before it where it was."""
    return {"progress": stories.progress_line(visit.trace) if visit.trace is not None else ""}


def show_errors(errors: run_form.FieldErrors, examples: tuple[str, ...] = ()) -> PartValues:
    """A message beside each field that needs one; the messages of the others are taken away."""
    values: PartValues = {f"error_{field}": error_message(errors.get(field, "")) for field in run_form.FIELDS}
    if "problem" in errors:
        values["error_problem"] = run_view.problem_error(errors["problem"], examples)
    other = [text for field, text in errors.items() if field not in run_form.FIELDS]
    values["banner"] = error_banner(" ".join(other))
    if run_form.FOLDED_FIELDS & errors.keys():
        values["unfold"] = True
    if run_form.STEP_FIELDS & errors.keys():
        values["unfold_steps"] = True
    return values


def _show_failure(visit: Visit, text: str) -> PartValues:
    values: PartValues = {
        "banner": error_banner(text),
        "progress": run_view.failed_line(),
    }
    if visit.trace is None:
        return values | {"hero": True}
    return values | {"resumable": visit.trace.status == "stopped"}
