"""One question to the models, from the form to the last update: a generator of the page's values. No Gradio in here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from pfviz.errors import PfvizError
from pfviz.lab.probes import questions
from pfviz.lab.probes.edit import StepRewards
from pfviz.lab.probes.occlusion import Occlusion, OcclusionProgress
from pfviz.lab.probes.rescore import RescoredSweep, RescoringProgress
from pfviz.lab.probes.values import PrefixValue, RolloutProgress, TreeValues
from pfviz.page.actions import navigate
from pfviz.page.forms import probe_form
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.reward import probe_forms
from pfviz.page.serving.engine import Engine
from pfviz.page.serving.model_loading import ModelLoading
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state.visits import RunHandle, Visit

log = logging.getLogger(__name__)

PROGRESS_INTERVAL = 0.2  # seconds between two lines of progress
RUN_IN_PROGRESS_MESSAGE = "A run is in progress. Wait until it ends, or press Stop first."


def start(
    engine: Engine, visit: Visit, sent: Mapping[str, Any], clock: Callable[[], float] = time.monotonic
) -> Iterator[PartValues]:
    """Ask what a form asks; yield what to show as answers come. Every failure becomes a sentence beside the form."""
    with visit.lock:
        try:
            answers = visit.probe_state.for_sweep(
                len(visit.shown_sweep.earlier) if visit.shown_sweep is not None else 0
            )
            question = probe_form.read_question(
                sent, visit.trace, visit.shown_sweep, visit.selected, engine.menu, answers
            )
        except PfvizError as error:
            refused = str(error)
        else:
            refused = RUN_IN_PROGRESS_MESSAGE if visit.run is not None else ""
        run = None if refused else visit.begin_question()
        visit.probe_state.set_status(refused or "Asking", busy=not refused, is_error=bool(refused))
        if not refused and isinstance(question, questions.PrefixValueQuestion | questions.ValueTreeQuestion):
            answers.value_seed += 1
            visit.probe_state.colour = (
                "gap" if isinstance(question, questions.ValueTreeQuestion) else visit.probe_state.colour
            )
        first = status_values(visit)
    yield first  # without the lock: a server goes on with a generator on any of its threads
    if run is None:
        return
    try:
        yield from _stream_updates(visit, run, question, engine.ask(question, stop=run.is_stopped), clock)
    except PfvizError as error:
        yield _finish(visit, run, str(error), is_error=True)
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("asking failed")
        yield _finish(visit, run, f"The model failed ({type(error).__name__}). Try again.", is_error=True)
    finally:
        visit.end_question(run)  # also when the tab is closed and this generator with it


def status_values(visit: Visit) -> PartValues:
    """How far it is."""
    return {"asking": probe_forms.status_line(visit.probe_state)}


def _stream_updates(
    visit: Visit, run: RunHandle, question: questions.Question, items: Iterator[Any], clock: Callable[[], float]
) -> Iterator[PartValues]:
    shown, last = clock() - PROGRESS_INTERVAL, "Asking"
    with closing(items) as coming:  # type: ignore[type-var]  # all engines give generators
        for item in coming:
            with visit.lock:
                if visit.question_run is not run:
                    return  # something else was asked, another run shown, or the visitor has left
                answer = _store_answer(visit, question, item)
                last = _progress_text(question, item, last)
                visit.probe_state.set_status(last, busy=True)
                if not answer and clock() - shown < PROGRESS_INTERVAL:
                    continue
                shown = clock()
                values = (navigate.redraw(visit) if answer else {}) | status_values(visit)
            yield values
    stopped = run.is_stopped()
    far = f" after {last}" if " of " in last else ""
    yield _finish(visit, run, f"Stopped{far}" if stopped else _final_text(question, last))


def _finish(visit: Visit, run: RunHandle, text: str, is_error: bool = False) -> PartValues:
    with visit.lock:
        if visit.question_run is not run:
            return {}
        visit.end_question(run)
        visit.probe_state.set_status(text, is_error=is_error)
        return navigate.redraw(visit) | status_values(visit)


def _store_answer(visit: Visit, question: questions.Question, item: Any) -> bool:
    """Put an answer where it is kept; whether it was one."""
    number = len(question.trace.earlier)
    answers = visit.probe_state.for_sweep(number)
    match item:
        case PrefixValue() | TreeValues():
            answers.add_values(question.trace, item)
        case RescoredSweep():
            visit.probe_state.for_sweep(item.sweep).rescored = item
        case Occlusion() if isinstance(question, questions.OcclusionQuestion):
            answers.occlusions[question.uid] = question.reward, item
        case StepRewards() if isinstance(question, questions.EditQuestion):
            before = answers.edits.get(question.uid, ()) if item.place else ()
            answers.edits[question.uid] = (*before, item)
        case _:
            return False
    return True


def _progress_text(question: questions.Question, item: Any, last: str) -> str:
    """The line of progress: what is told of an item, or what was told before."""
    match item:
        case Queued():
            return f"Waiting: place {item.place} in the queue"
        case ModelLoading():
            amount = f", {item.done:.1f} of {item.total:.1f} GB" if item.total else ""
            return f"Loading {item.model}{amount}"
        case TreeValues() if isinstance(question, questions.ValueTreeQuestion):
            return f"{item.rollouts_spent} of {question.budget} rollouts"
        case PrefixValue() if isinstance(question, questions.PrefixValueQuestion):
            more = item.rollouts - (question.known.rollouts if question.known else 0)
            return (
                f"{more} of {question.rollouts} rollouts"
                if not item.exact
                else "The solution is complete: no rollout needed"
            )
        case RescoringProgress():
            sweep = f"Iteration {item.sweep + 1}, step" if question.trace.earlier else "Step"
            return f"{sweep} {item.step + 1} of {item.steps} scored"
        case OcclusionProgress():
            return f"{item.done} of {item.parts} words left out"
        case StepRewards():
            return f"Step {item.place + 1} scored"
        case RolloutProgress():
            return last if last.endswith("rollouts") else f"Writing {item.rollouts} rollouts"
    return last


def _final_text(question: questions.Question, last: str) -> str:
    if isinstance(question, questions.PrefixValueQuestion | questions.ValueTreeQuestion):
        return last
    return "Done"
