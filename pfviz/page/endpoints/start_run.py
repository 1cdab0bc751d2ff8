"""A run that a program asks for: checked as the page's form is, in the page's queue and turns."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from pfviz.errors import ModelError, PfvizError, SettingError
from pfviz.page.endpoints.documents import Detail, RunUpdate, describe_run
from pfviz.page.endpoints.run_keeper import RunKeeper
from pfviz.page.forms import run_form
from pfviz.page.forms.usual_settings import find_usual_settings
from pfviz.page.serving.engine import Engine, WaitStatus
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state import progress
from pfviz.trace.trace import Trace

log = logging.getLogger(__name__)


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
        PfvizError: the problem is refused, the queue is full, or the run fails before its first step is complete.
    """
    settings = read_fields(engine, fields)
    problem = settings.pop("problem")
    last: Trace | None = None
    told = iter(engine.stream(problem, stop=stop, **settings))
    try:
        first: Any = None
        for first in told:
            if not isinstance(first, WaitStatus):
                break
            yield _update("queued", queue_place=first.place) if isinstance(first, Queued) else _update("loading")
        else:
            return
        events: Iterator[Any] = chain([first], told)
        with closing(progress.follow_events(events)) as moments:
            for moment in moments:
                last = moment.trace or last
                if not moment.ended:
                    yield _describe_moment(moment.progress)
    except PfvizError:
        raise
    except Exception as error:  # a model may raise anything
        raise ModelError(f"The model failed during the run ({type(error).__name__}).") from error
    finally:
        if hasattr(told, "close"):
            told.close()
    if last is not None:
        ended = _describe_moment(moment.progress)
        yield {**ended, "result": describe_run(last, _keep(keeper, last), detail)}


def _keep(keeper: RunKeeper, trace: Trace) -> str:
    """The id by which the run can be had again; none where it cannot be kept, which takes nothing from the caller."""
    if not trace.steps:
        return ""
    try:
        return keeper.save(trace)
    except PfvizError as error:
        log.warning("a run of a program was not kept: %s", error)
        return ""


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


def _update(status: str, **known: Any) -> RunUpdate:
    blank: RunUpdate = {
        "status": status, "queue_place": 0, "step": 0, "particles": 0, "tokens": 0, "seconds": 0.0, "result": None,
    }  # fmt: skip
    return {**blank, **known}  # type: ignore[typeddict-item]


def _describe_moment(now: progress.Progress) -> RunUpdate:
    return _update(now.status, step=now.step, particles=now.particles, tokens=now.tokens, seconds=round(now.seconds, 3))
