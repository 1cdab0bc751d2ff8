"""What a visitor does in the lab: a batch, files, this run, an example. Each yields or returns the page's values."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event as Flag
from typing import Any

from pfviz.errors import PfvizError, SettingError, TraceError
from pfviz.inference.events import Selected
from pfviz.lab.selftest import problems
from pfviz.page import controls, downloads, lab, lab_words, looks, runs
from pfviz.page.engine import Engine, Waiting
from pfviz.page.lab import Values
from pfviz.page.lab_state import MOST
from pfviz.page.sessions import Visit
from pfviz.page.sharing import Queued
from pfviz.problem import Problem
from pfviz.trace import Recorder, Trace

log = logging.getLogger(__name__)

PAUSE = 2.0  # seconds between two diagnoses of a batch that goes on, at least
SHARE = 3  # and so many times as long as a diagnosis takes: it computes while others run
NAIVE = {"models": "embedded", "reward": "naive"}
"""Fields of the form, for a batch whose reward has something to find."""


def start(
    engine: Engine,
    visit: Visit,
    form: Mapping[str, Any],
    number: Any,
    *,
    own_method: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Values]:
    """Runs of `number` held-out problems with the settings of the form, by best-of-N unless `own_method`; the seed of
    each is that of the form plus the runs that were in the lab before it. Every failure becomes a message."""
    given = problems(number if number in lab.COUNTS else lab.COUNTS[0])
    form = {**form, "problem": given[0].text, "truth": ""}
    if not own_method:
        form["method"] = "best_of_n"
    settings, troubles = controls.read(form, engine.offer)
    yield runs.complaints(troubles)
    if troubles:
        yield {"lab_progress": lab.failed("Something is wrong with the settings on the left.")}
        return
    del settings["problem"], settings["truth"]
    visit.lab.said = ()
    batch = visit.lab.begin()
    yield {"lab_running": True, "lab_progress": lab.progress(visit.lab, 0, len(given), "Starting")}
    try:
        yield from _runs(engine, visit, given, settings, batch, clock)
    except SettingError as error:
        yield runs.complaints({error.field: str(error)}) | _failed(visit, batch, str(error))
    except PfvizError as error:
        yield _failed(visit, batch, str(error))
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("batch failed")
        yield _failed(visit, batch, f"The model failed during the batch ({type(error).__name__}).")
    finally:
        current = visit.lab.batch is batch
        visit.lab.end(batch)  # also when the tab is closed and this generator with it
    if current:
        yield {"lab_running": False}


def _runs(
    engine: Engine,
    visit: Visit,
    given: Sequence[Problem],
    settings: dict[str, Any],
    batch: Flag,
    clock: Callable[[], float],
) -> Iterator[Values]:
    here, total = visit.lab, len(given)
    seed, done, behind, later = settings["seed"] + len(here.traces), 0, False, clock()
    for problem in given:
        trace = yield from _run(engine, visit, problem, settings | {"seed": seed + done}, batch, (done, total))
        with here.lock:
            if trace is None or here.batch is not batch:
                break
            here.said = tuple(here.add([trace]))
            if here.said:
                break
        if not done:
            here.reward = trace.reward  # once: the visitor may want to look at another one meanwhile
        done, behind = done + 1, True
        if clock() >= later:
            began, behind = clock(), False
            here.diagnose()
            later = clock() + max(PAUSE, SHARE * (clock() - began))
            yield lab.show(here)
        yield {"lab_progress": lab.progress(here, done, total)}
    if here.batch is not batch:
        return  # cleared, or another one was started
    if behind:
        here.diagnose()
    ended = "Done" if done == total else "Stopped"
    yield lab.show(here) | {"lab_progress": lab.progress(here, done, total, ended=ended)}


def _failed(visit: Visit, batch: Flag, text: str) -> Values:
    """The sentence, and what is wrong in the runs that were over by then."""
    if visit.lab.batch is not batch:
        return {}  # cleared, or another one was started
    visit.lab.diagnose()
    return lab.show(visit.lab) | {"lab_progress": lab.failed(text)}


def _run(
    engine: Engine, visit: Visit, problem: Problem, settings: Mapping[str, Any], batch: Flag, so_far: tuple[int, int]
) -> Generator[Values, None, Trace | None]:
    """One run of a batch, in the page's queue and turns; None if it was stopped."""
    recorder, begun = Recorder(), False
    told = engine.stream(problem.text, stop=batch.is_set, truth=problem.truth, **settings)
    try:
        for event in told:
            if isinstance(event, Waiting):
                now = f"Waiting, {event.place} in the queue" if isinstance(event, Queued) else f"Loading {event.model}"
            else:
                recorder.see(event)
                begun = True
                if not isinstance(event, Selected):
                    continue
                now = f"step {recorder.steps}"
            yield {"lab_progress": lab.progress(visit.lab, *so_far, now)}
    finally:
        if hasattr(told, "close"):
            told.close()
    if not begun or batch.is_set():
        return None
    return recorder.trace()


def drop(visit: Visit, paths: Sequence[str]) -> Iterator[Values]:
    """Trace files; those that cannot be read are named and left out."""
    yield {"lab_progress": lab.reading(len(paths))}
    found: list[Trace] = []
    wrong: list[str] = []
    for path in paths[: MOST + 1]:  # one more, so that it is said that there are too many
        try:
            found.append(downloads.read(path))
        except TraceError as error:
            wrong.append(f"{Path(path).name} was left out: {str(error).removeprefix(f'{path}: ').split(';')[0][:160]}")
    visit.lab.said = (*wrong, *visit.lab.add(found))
    visit.lab.diagnose()
    yield lab.show(visit.lab) | {"lab_progress": lab.IDLE}


def add_shown(visit: Visit) -> Values:
    """The run of "This run"."""
    trace = visit.trace
    if trace is None or not trace.steps or trace.status == "running":
        visit.lab.said = ("There is no run yet that is over. Press Run, or open a trace, and add it then.",)
    else:
        visit.lab.said = tuple(visit.lab.add([trace]))
        visit.lab.diagnose()
    return lab.show(visit.lab)


def clear(visit: Visit) -> Values:
    """The lab as it was at first."""
    visit.lab.clear()
    return lab.show(visit.lab) | {"lab_progress": lab.IDLE, "lab_running": False}


def look(visit: Visit, sent: Mapping[str, Any]) -> Values:
    """Another reward, or an example: its run is shown, with its particle selected, and the lab stays as it is."""
    if isinstance(sent.get("reward"), str):
        visit.lab.reward, visit.lab.said = sent["reward"], ()
        visit.lab.diagnose()
        return lab.show(visit.lab)
    node = _node(visit, sent)
    if node is None:
        return {}
    run, sweep, uid = node
    trace = visit.lab.traces[run]
    values = looks.bring(visit, trace, sweep=sweep, selected=uid)
    visit.lab.opened = node
    return values | {"lab_findings": lab_words.findings(visit.lab.as_it_is())}


def _node(visit: Visit, sent: Mapping[str, Any]) -> tuple[int, int, int] | None:
    """Run, sweep and uid of a "node" of the lists or a "point" of the figures, which counts the runs that were
    diagnosed; None if there is no such particle."""
    try:
        run, sweep, uid = (int(part) for part in str(sent.get("node", sent.get("point"))).split(" "))
        if min(run, sweep) < 0:
            return None
        run = run if "node" in sent else visit.lab.diagnosed[run]
        visit.lab.traces[run].sweeps[sweep].node(uid)
    except (ValueError, IndexError, KeyError):
        return None
    return run, sweep, uid
