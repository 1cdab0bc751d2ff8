"""What a visitor does in the view "Compare": this run, its rivals, files. Each yields or returns the page's values."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from threading import Event as Flag
from typing import Any

from pfviz.comparison.comparison import MAX_RUNS
from pfviz.comparison.rivals import Rival, plan_rivals
from pfviz.errors import ComparisonError, ModelError, PfvizError
from pfviz.inference.settings import SETTINGS
from pfviz.page.actions import files, navigate
from pfviz.page.actions.background_run import record_run
from pfviz.page.render import compare_view
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.state.visits import Visit
from pfviz.text import pluralise
from pfviz.trace import Trace

log = logging.getLogger(__name__)

RIVAL_TAG = "rival"
"""Of those that are stored."""
_NO_RUN = "There is no run to compare yet. Press Run and wait until it ends, or open a trace."
_STILL_RUNNING = "The run still goes on. Add it when it has ended."


def add_current_run(visit: Visit) -> PartValues:
    """The run of "This run"."""
    trace, why = _current_run(visit)
    visit.compare.messages = (why,) if trace is None else tuple(visit.compare.add([trace]))
    return compare_view.render_parts(visit.compare)


def _current_run(visit: Visit) -> tuple[Trace | None, str]:
    """The run on the page if it is over; else None, and why."""
    trace = visit.trace
    if visit.run is not None or (trace is not None and trace.status == "running"):
        return None, _STILL_RUNNING
    return (trace, "") if trace is not None and trace.steps else (None, _NO_RUN)


def start_rivals(engine: Engine, visit: Visit) -> Iterator[PartValues]:
    """The run on the page beside best-of-N and DVTS at its number of generations; where there is none, the first run
    that is compared. Each is shown when it is done. Every failure becomes a message."""
    here = visit.compare
    trace, why = _current_run(visit)
    base = trace or next(iter(here.traces), None)
    if base is None or (trace is None and why == _STILL_RUNNING):
        here.messages = (why,)
        yield compare_view.render_parts(here)
        return
    here.messages = ()
    try:
        rivals = _check_rivals(engine, visit, base)
    except PfvizError as error:
        here.messages = (str(error),)
        yield compare_view.render_parts(here)
        return
    if not any(base is one for one in here.traces):
        here.add([base])
    if not rivals:
        here.messages = ("Its rivals are here already.",)
        yield compare_view.render_parts(here)
        return
    job = here.begin_job()
    yield {"compare_running": True} | compare_view.render_parts(here)
    try:
        yield from _run_rivals(engine, visit, rivals, job)
    except PfvizError as error:
        yield _fail(visit, job, str(error))
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("a rival failed")
        yield _fail(visit, job, f"The model failed during the run ({type(error).__name__}).")
    finally:
        current = here.job is job
        here.end_job(job)  # also when the tab is closed and this generator with it
    if current:
        yield {"compare_running": False}


def _check_rivals(engine: Engine, visit: Visit, base: Trace) -> list[Rival]:
    """Those that are not here yet. A trace may be a visitor's file: it must not make a server load whatever it names,
    nor run more particles than its form takes."""
    try:
        engine.menu.check_allowed(base.generator, base.reward)
    except ModelError as error:
        raise ComparisonError(
            "This page does not run the models of this run, so its rivals cannot be made here. Make them where the "
            "models are (`pfviz run --method best_of_n`), and add their files."
        ) from error
    here = visit.compare
    rivals = [rival for rival in plan_rivals(base) if not any(map(rival.is_made, here.traces))]
    most = SETTINGS["particles"].page_high or 0
    needed = max((int(rival.arguments["particles"]) for rival in rivals), default=0)
    if needed > most:
        raise ComparisonError(
            f"Its rivals would need {needed} particles each; this page runs at most {most}. `pfviz run` runs more."
        )
    room = MAX_RUNS - len(here.traces) - (not any(base is one for one in here.traces))
    if len(rivals) > room:
        raise ComparisonError(
            f"{MAX_RUNS} runs are compared at most, and there is room for {max(room, 0)}; remove some first."
        )
    return rivals


def _run_rivals(engine: Engine, visit: Visit, rivals: Sequence[Rival], job: Flag) -> Iterator[PartValues]:
    here, total, done = visit.compare, len(rivals), 0
    for rival in rivals:
        trace = yield from _run_rival(engine, rival, job, done, total)
        with here.lock:
            if trace is None or here.job is not job:
                break
            here.messages = tuple(here.add([trace]))
        visit.stored.keep(trace, RIVAL_TAG)
        done += 1
        yield compare_view.render_parts(here)
    if here.job is job:
        said = "Done" if done == total else "Stopped"
        yield {"compare_progress": compare_view.done_progress(f"{said}: {done} of {pluralise(total, 'rival')}")}


def _fail(visit: Visit, job: Flag, text: str) -> PartValues:
    return {"compare_progress": compare_view.failed_progress(text)} if visit.compare.job is job else {}


def _run_rival(
    engine: Engine, rival: Rival, job: Flag, done: int, total: int
) -> Generator[PartValues, None, Trace | None]:
    """One run, in the page's queue and turns; None if it was stopped."""

    def show(now: str) -> PartValues:
        return {"compare_progress": compare_view.progress(f"{rival.title}: {now}", done, total)}

    yield show("starting")
    return (yield from record_run(engine.stream(rival.problem, stop=job.is_set, **rival.arguments), job, show))


def add_files(visit: Visit, paths: Sequence[str]) -> PartValues:
    """Trace files; those that cannot be read are named and left out."""
    most = MAX_RUNS + 1  # one more, so that it is said that there are too many
    found, wrong = files.read_each(paths[:most], most)
    visit.compare.messages = (*wrong, *visit.compare.add(found))
    return compare_view.render_parts(visit.compare)


def remove(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """Take one run away."""
    place = _read_place(sent.get("remove"))
    visit.compare.messages = ()
    if place is not None:
        visit.compare.remove(place)
    return compare_view.render_parts(visit.compare)


def clear(visit: Visit) -> PartValues:
    """The view as it was at first."""
    visit.compare.clear()
    return compare_view.render_parts(visit.compare) | {"compare_progress": "", "compare_running": False}


def open_run(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """A run that was clicked takes the place of "This run": by its place, or with a particle (run, sweep, uid). It
    stays in the comparison."""
    numbers = [_read_place(part) for part in str(sent.get("point", sent.get("run"))).split(" ")]
    place, sweep, uid = (*numbers, None, None, None)[:3]
    if place is None or place >= len(visit.compare.traces):
        return {}
    trace = visit.compare.traces[place]
    try:
        if sweep is not None and uid is not None:
            trace.sweeps[sweep].node(uid)
    except (IndexError, KeyError):
        return {}
    return navigate.show_trace(visit, trace, sweep=sweep, selected=uid)


def _read_place(sent: object) -> int | None:
    """A number from 0; None for anything else."""
    text = str(sent)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
