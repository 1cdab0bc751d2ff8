"""A run that a program asks for: checked as the page's form is, in the page's queue and turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from pfviz.errors import ModelError, PfvizError, SettingError
from pfviz.inference.events import Event
from pfviz.page.endpoints.documents import Detail, RunUpdate, describe_run
from pfviz.page.endpoints.run_keeper import RunKeeper, RunRecording, find_run, kept_id
from pfviz.page.forms import run_form
from pfviz.page.forms.usual_settings import find_usual_settings
from pfviz.page.serving.engine import Engine, WaitStatus
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state import progress
from pfviz.trace.trace import Trace


def start_run(
    engine: Engine,
    keeper: RunKeeper,
    fields: Mapping[str, Any],
    detail: Detail,
    *,
    stop: Callable[[], bool],
) -> Iterator[RunUpdate]:
    """Yield where the run stands, and last of all the run. `fields` are those of the page's form; others are its
    defaults, with the usual settings of the models.

    Raises:
        SettingError: a value is none, or beyond what the page allows.
        PfvizError: the problem is refused, the queue is full, or the run fails; what it did until then is kept, and the
            message has its id.
    """
    settings = read_fields(engine, fields)
    problem = settings.pop("problem")
    yield from _follow_run(engine.stream(problem, stop=stop, **settings), keeper.begin_recording(), detail)


def resume_run(
    engine: Engine, keeper: RunKeeper, run: str, detail: Detail, *, stop: Callable[[], bool]
) -> Iterator[RunUpdate]:
    """Yield where a run that was stopped stands as it goes on, and last of all the run; `run` is as `find_run` takes
    it. Errors are those of `start_run`, and `ModelError` for models that a visitor could not have chosen."""
    trace = find_run(keeper, run)
    run_form.read_particles(trace.particles)
    past = sum(sweep.steps for sweep in trace.sweeps)
    recording = keeper.begin_recording(kept_id(run))
    yield from _follow_run(engine.resume(trace, stop=stop), recording, detail, past)


def _follow_run(
    told: Iterator[Event | WaitStatus], recording: RunRecording, detail: Detail, past: int = 0
) -> Iterator[RunUpdate]:
    last: Trace | None = None
    try:
        first: Any = None
        for first in told:
            if not isinstance(first, WaitStatus):
                break
            place = first.place if isinstance(first, Queued) else 0
            yield _update(progress.Progress("queued" if place else "loading"), place)
        else:
            return
        events: Iterator[Any] = chain([first], told)
        with closing(progress.follow_events(events, past=past)) as moments:
            for moment in moments:
                if moment.trace is not None:
                    last = moment.trace
                    recording.record(last)
                if not moment.ended:
                    yield _update(moment.progress)
    except PfvizError as error:
        error.args = (f"{error}{_name_kept(recording)}",)
        raise
    except Exception as error:  # a model may raise anything
        text = f"The model failed during the run ({type(error).__name__}).{_name_kept(recording)}"
        raise ModelError(text) from error
    finally:
        recording.end()
        if hasattr(told, "close"):
            told.close()
    if last is not None:
        yield {**_update(moment.progress), "result": describe_run(last, recording.run_id, detail)}


def _name_kept(recording: RunRecording) -> str:
    """What an error says of a run that ended before its end."""
    return f" What it did until then is the run {recording.run_id}." if recording.run_id else ""


def read_fields(engine: Engine, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the problem and the settings of a run that a program asks for, checked as what is typed on the page.

    Raises:
        SettingError: a name is no field, or a value is refused.
    """
    unknown = [name for name in given if name not in run_form.FIELDS]
    if unknown:
        raise SettingError(
            unknown[0], f"{unknown[0][:40]!r} is no setting of this page; there are {', '.join(run_form.DEFAULTS)}."
        )
    form = {**run_form.DEFAULTS, **given}
    settings, errors = run_form.read_form({**form, **find_usual_settings(form, engine.menu), **given}, engine.menu)
    for field, text in errors.items():
        raise SettingError(field, f"{field}: {text}")
    return settings


def _update(now: progress.Progress, queue_place: int = 0) -> RunUpdate:
    return {
        "status": now.status,
        "queue_place": queue_place,
        "step": now.step,
        "particles": now.particles,
        "tokens": now.tokens,
        "seconds": round(now.seconds, 3),
        "result": None,
    }
