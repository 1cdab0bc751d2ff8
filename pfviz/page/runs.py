"""One press of Run, from the form to the last update: a generator of the page's values. No Gradio in here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import Any

from pfviz.errors import PfvizError, ProblemError, SettingError
from pfviz.inference.events import Event
from pfviz.page import asking_forms, controls, live, tools, views
from pfviz.page.engine import Engine, Waiting
from pfviz.page.markup import banner, message
from pfviz.page.sessions import Run, Visit
from pfviz.page.views import Values
from pfviz.trace import Trace

log = logging.getLogger(__name__)


def start(engine: Engine, visit: Visit, form: Mapping[str, Any]) -> Iterator[Values]:
    """Check the form, run, and yield what to show; every failure becomes a message and leaves the page usable."""
    settings, troubles = controls.read(form, engine.offer)
    yield complaints(troubles)
    if troubles:
        return
    problem = settings.pop("problem")
    examples = engine.offer.examples(form["models"])
    yield from _go(visit, lambda run: engine.stream(problem, stop=run.stopped, **settings), examples=examples)


def resume(engine: Engine, visit: Visit) -> Iterator[Values]:
    """A stopped run goes on where it ended."""
    trace = visit.trace
    if trace is not None:
        steps = sum(sweep.steps for sweep in trace.sweeps)
        yield from _go(visit, lambda run: engine.resume(trace, stop=run.stopped), steps)


def grow(engine: Engine, visit: Visit, sent: Mapping[str, Any], particles: Any) -> Iterator[Values]:
    """A new run from the prefix that was edited takes the place of the run on the page."""
    try:
        question = tools.read_grow(sent, visit.shown, visit.selected, controls.particles(particles))
    except PfvizError as error:
        visit.replies.say(str(error), trouble=True)
        yield {"asking": asking_forms.status(visit.replies)}
        return
    yield from _go(visit, lambda run: engine.ask(question, stop=run.stopped))


def _go(
    visit: Visit,
    begin: Callable[[Run], Iterator[Event | Waiting]],
    past: int = 0,
    examples: tuple[str, ...] = (),
) -> Iterator[Values]:
    run = visit.begin()
    yield {"running": True, "resumable": False, "banner": "", "progress": views.progress(live.Progress())}
    try:
        yield from _updates(visit, run, begin(run), past)
    except ProblemError as error:
        yield complaints({"problem": str(error)}, error.examples or examples) | _as_before(visit)
    except SettingError as error:
        yield complaints({error.field: str(error)}) | _as_before(visit)
    except PfvizError as error:
        yield _failed(visit, str(error))
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("run failed")
        yield _failed(visit, f"The model failed during the run ({type(error).__name__}). Press Run to try again.")
    finally:
        current = visit.run is run
        visit.end(run)  # also when the tab is closed and this generator with it
    if current:
        yield {"running": False}


def _updates(visit: Visit, run: Run, told: Iterator[Event | Waiting], past: int) -> Iterator[Values]:
    first = None
    for first in told:
        if not isinstance(first, Waiting):
            break
        if visit.run is not run:
            return
        yield {"progress": views.waiting(first)}
    else:
        yield _as_before(visit)  # stopped while it waited
        return
    events: Iterator[Any] = chain([first], told)
    with closing(live.follow(events, past=past)) as moments:
        for place, moment in enumerate(moments):
            if visit.run is not run:
                return  # the visitor has started another one, or has left
            values: Values = {"progress": views.progress(moment.progress)}
            if place == 0 and not past:
                visit.clear()  # only now: a problem that is refused leaves the run before it where it is
                values["clear"] = True
            elif place == 0:
                visit.replies.forget()  # the answers are about the run as it was
            if moment.trace is not None:
                values |= _show(visit, moment.trace)
            yield values


def _show(visit: Visit, trace: Trace) -> Values:
    with visit.lock:
        if visit.sweep is None and visit.trace is not None and len(visit.trace.earlier) != len(trace.earlier):
            visit.selected, visit.event = None, None  # they were of the sweep before
        visit.trace = trace
        if trace.status != "running" and not trace.steps:
            return {"hero": True, "resumable": False}  # stopped before the first step was complete: nothing to look at
        if trace.status != "running" and visit.selected is None and visit.shown is not None:
            visit.selected = views.best_particle(visit.shown)
        shown = views.show(trace, **visit.look)
        return shown | {"hero": False, "resumable": trace.status == "stopped"}


def _as_before(visit: Visit) -> Values:
    """A run that was refused leaves the one before it where it was."""
    return {"progress": views.opened(visit.trace) if visit.trace is not None else ""}


def complaints(troubles: controls.Troubles, examples: tuple[str, ...] = ()) -> Values:
    """A message beside each field that needs one; the messages of the others are taken away."""
    values: Values = {f"trouble_{field}": message(troubles.get(field, "")) for field in controls.FIELDS}
    if "problem" in troubles:
        values["trouble_problem"] = views.trouble(troubles["problem"], examples)
    other = [text for field, text in troubles.items() if field not in controls.FIELDS]
    values["banner"] = banner(" ".join(other))
    if controls.FOLDED & troubles.keys():
        values["unfold"] = True
    return values


def _failed(visit: Visit, text: str) -> Values:
    values: Values = {
        "banner": banner(text),
        "progress": '<div class="progress failed" role="status"><b>Failed</b></div>',
    }
    return values if visit.trace is not None else values | {"hero": True}
