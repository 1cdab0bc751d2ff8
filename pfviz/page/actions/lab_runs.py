"""What a visitor does in the lab: a batch, files, this run, an example. Each yields or returns the page's values."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from threading import Event as Flag
from typing import Any

from pfviz.errors import PfvizError, SettingError
from pfviz.inference.methods import SAMPLING_METHOD
from pfviz.lab.selftest import selftest
from pfviz.page.actions import files, navigate, runs
from pfviz.page.actions.background_run import record_run
from pfviz.page.forms import run_form
from pfviz.page.render.lab import lab_findings, lab_view
from pfviz.page.render.part_values import PartValues
from pfviz.page.serving.engine import Engine
from pfviz.page.state.lab_state import MAX_TRACES
from pfviz.page.state.visits import Visit
from pfviz.problems.datasets import built_in_datasets, load_problems
from pfviz.problems.problem import Problem
from pfviz.text import pluralise
from pfviz.trace import Trace
from pfviz.trace.building.tree import STAND_IN_REWARDS

log = logging.getLogger(__name__)

LAB_TAG = "reward lab"
"""Of the runs of a batch that are stored."""
DIAGNOSIS_INTERVAL = 2.0  # seconds between two diagnoses of a batch that goes on, at least
DIAGNOSIS_COST_FACTOR = 3  # and so many times as long as a diagnosis takes: it computes while others run
NAIVE_MODEL_FIELDS = {"models": "embedded", "reward": "naive"}
"""Fields of the form, for a batch whose reward has something to find."""


def start_batch(
    engine: Engine,
    visit: Visit,
    form: Mapping[str, Any],
    number: Any,
    *,
    dataset: Any = selftest.DATASET,
    own_method: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[PartValues]:
    """Runs of `number` problems of a built-in data set with the settings of the form, by best-of-N unless `own_method`;
    the seed of each is that of the form plus the runs that were in the lab before it. Every failure becomes a message.
    """
    offered = [one.name for one in built_in_datasets()]
    given = load_problems(
        dataset if dataset in offered else selftest.DATASET,
        number if number in lab_view.BATCH_SIZES else lab_view.BATCH_SIZES[0],
    )
    form = {**form, "problem": given[0].text, "truth": ""}
    if not own_method:
        form["method"] = SAMPLING_METHOD
    settings, errors = run_form.read_form(form, engine.menu)
    yield runs.show_errors(errors)
    if errors:
        yield {"lab_progress": lab_view.failed_progress("Something is wrong with the settings on the left.")}
        return
    del settings["problem"], settings["truth"]
    visit.lab.messages = ()
    batch = visit.lab.begin_batch()
    yield {"lab_running": True, "lab_progress": lab_view.progress(visit.lab, 0, len(given), "Starting")}
    try:
        yield from _run_batch(engine, visit, given, settings, batch, clock)
    except SettingError as error:
        yield runs.show_errors({error.field: str(error)}) | _fail_batch(visit, batch, str(error))
    except PfvizError as error:
        yield _fail_batch(visit, batch, str(error))
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("batch failed")
        yield _fail_batch(visit, batch, f"The model failed during the batch ({type(error).__name__}).")
    finally:
        current = visit.lab.batch is batch
        visit.lab.end_batch(batch)  # also when the tab is closed and this generator with it
    if current:
        yield {"lab_running": False}


def _run_batch(
    engine: Engine,
    visit: Visit,
    given: Sequence[Problem],
    settings: dict[str, Any],
    batch: Flag,
    clock: Callable[[], float],
) -> Iterator[PartValues]:
    here, total = visit.lab, len(given)
    seed, done, behind, later = settings["seed"] + len(here.traces), 0, False, clock()
    for problem in given:
        trace = yield from _run_problem(engine, visit, problem, settings | {"seed": seed + done}, batch, (done, total))
        with here.lock:
            if trace is None or here.batch is not batch:
                break
            here.messages = tuple(here.add([trace]))
            if here.messages:
                break
        visit.stored.keep(trace, LAB_TAG)
        if not done:
            here.reward = trace.reward  # once: the visitor may want to look at another one meanwhile
        done, behind = done + 1, True
        if clock() >= later:
            began, behind = clock(), False
            here.diagnose()
            later = clock() + max(DIAGNOSIS_INTERVAL, DIAGNOSIS_COST_FACTOR * (clock() - began))
            yield lab_view.render_parts(here)
        yield {"lab_progress": lab_view.progress(here, done, total)}
    if here.batch is not batch:
        return  # cleared, or another one was started
    if behind:
        here.diagnose()
    ended = "Done" if done == total else "Stopped"
    yield lab_view.render_parts(here) | {"lab_progress": lab_view.progress(here, done, total, ended=ended)}


def _fail_batch(visit: Visit, batch: Flag, text: str) -> PartValues:
    """The sentence, and what is wrong in the runs that were over by then."""
    if visit.lab.batch is not batch:
        return {}  # cleared, or another one was started
    visit.lab.diagnose()
    return lab_view.render_parts(visit.lab) | {"lab_progress": lab_view.failed_progress(text)}


def _run_problem(
    engine: Engine, visit: Visit, problem: Problem, settings: Mapping[str, Any], batch: Flag, so_far: tuple[int, int]
) -> Generator[PartValues, None, Trace | None]:
    """One run of a batch, in the page's queue and turns; None if it was stopped."""
    return (
        yield from record_run(
            engine.stream(problem, stop=batch.is_set, **settings),
            batch,
            lambda now: {"lab_progress": lab_view.progress(visit.lab, *so_far, now)},
        )
    )


def add_files(visit: Visit, paths: Sequence[str]) -> Iterator[PartValues]:
    """Trace files; those that cannot be read are named and left out."""
    yield {"lab_progress": lab_view.reading_progress(len(paths))}
    most = MAX_TRACES + 1  # one more, so that it is said that there are too many
    found, wrong = files.read_each(paths[:most], most)
    visit.lab.messages = (*wrong, *add_traces(visit, found))
    yield show_diagnosis(visit) | {"lab_progress": lab_view.idle_progress()}


def add_traces(visit: Visit, traces: Sequence[Trace]) -> tuple[str, ...]:
    """Runs are in the lab, as far as there is room; what was refused, and whether any has no scores of a reward."""
    refused = visit.lab.add(traces)
    standing_in = sum(trace.reward in STAND_IN_REWARDS for trace in traces)
    if standing_in:
        refused.append(
            f"{pluralise(standing_in, 'run')} {'has' if standing_in == 1 else 'have'} no scores of a reward model: "
            "what is measured of them says nothing of any. pfviz diagnose FILE --beside NAME scores them by a reward."
        )
    return tuple(refused)


def show_diagnosis(visit: Visit) -> PartValues:
    """The runs of the lab, diagnosed."""
    visit.lab.diagnose()
    return lab_view.render_parts(visit.lab)


def add_current_run(visit: Visit) -> PartValues:
    """The run of "This run"."""
    trace = visit.trace
    if trace is None or not trace.steps or trace.status == "running":
        visit.lab.messages = ("There is no run yet to add. Press Run and wait until it ends, or open a trace.",)
    else:
        visit.lab.messages = tuple(visit.lab.add([trace]))
        visit.lab.diagnose()
    return lab_view.render_parts(visit.lab)


def clear(visit: Visit) -> PartValues:
    """The lab as it was at first."""
    visit.lab.clear()
    return lab_view.render_parts(visit.lab) | {"lab_progress": lab_view.idle_progress(), "lab_running": False}


def select(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """Another reward, or an example: its run is shown, with its particle selected, and the lab stays as it is."""
    if isinstance(sent.get("reward"), str):
        visit.lab.reward, visit.lab.messages = sent["reward"], ()
        visit.lab.diagnose()
        return lab_view.render_parts(visit.lab)
    node = _read_node(visit, sent)
    if node is None:
        return {}
    run, sweep, uid = node
    trace = visit.lab.traces[run]
    values = navigate.show_trace(visit, trace, sweep=sweep, selected=uid)
    visit.lab.opened_node = node
    return values | {"lab_findings": lab_findings.findings(visit.lab.snapshot())}


def _read_node(visit: Visit, sent: Mapping[str, Any]) -> tuple[int, int, int] | None:
    """Run, sweep and uid of a "node" of the lists or a "point" of the figures, which counts the runs that were
    diagnosed; None if there is no such particle."""
    try:
        run, sweep, uid = (int(part) for part in str(sent.get("node", sent.get("point"))).split(" "))
        if min(run, sweep) < 0:
            return None
        run = run if "node" in sent else visit.lab.diagnosed_runs[run]
        visit.lab.traces[run].sweeps[sweep].node(uid)
    except (ValueError, IndexError, KeyError):
        return None
    return run, sweep, uid
