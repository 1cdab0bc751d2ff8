"""One question to the models, from the form to the last update: a generator of the page's values. No Gradio in here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from pfviz.errors import PfvizError
from pfviz.lab.attribution import Occluding, Occlusion
from pfviz.lab.edit import StepRewards
from pfviz.lab.rescore import Rescored, Rescoring
from pfviz.lab.values import Rolling, TreeValues, Value
from pfviz.page import asking_forms, looks, questions, tools
from pfviz.page.arriving import Arriving
from pfviz.page.engine import Engine
from pfviz.page.sessions import Run, Visit
from pfviz.page.sharing import Queued
from pfviz.page.views import Values

log = logging.getLogger(__name__)

PAUSE = 0.2  # seconds between two lines of progress
BUSY = "A run goes on. Ask when it has ended, or press Stop first."


def start(
    engine: Engine, visit: Visit, sent: Mapping[str, Any], clock: Callable[[], float] = time.monotonic
) -> Iterator[Values]:
    """Ask what a form asks; yield what to show as answers come. Every failure becomes a sentence beside the form."""
    with visit.lock:
        try:
            answers = visit.replies.of(len(visit.shown.earlier) if visit.shown is not None else 0)
            question = tools.read(sent, visit.trace, visit.shown, visit.selected, engine.offer, answers)
        except PfvizError as error:
            refused = str(error)
        else:
            refused = BUSY if visit.run is not None else ""
        run = None if refused else visit.ask()
        visit.replies.say(refused or "Asking", going=not refused, trouble=bool(refused))
        if not refused and isinstance(question, questions.ValueOf | questions.ValueTree):
            answers.valued += 1
            visit.replies.colour = "gap" if isinstance(question, questions.ValueTree) else visit.replies.colour
        first = told(visit)
    yield first  # without the lock: a server goes on with a generator on any of its threads
    if run is None:
        return
    try:
        yield from _updates(visit, run, question, engine.ask(question, stop=run.stopped), clock)
    except PfvizError as error:
        yield _ended(visit, run, str(error), trouble=True)
    except Exception as error:  # a model may raise anything; the visitor gets a sentence, the log the rest
        log.exception("asking failed")
        yield _ended(visit, run, f"The model failed ({type(error).__name__}). Ask again.", trouble=True)
    finally:
        visit.answered(run)  # also when the tab is closed and this generator with it


def told(visit: Visit) -> Values:
    """How far it is."""
    return {"asking": asking_forms.status(visit.replies)}


def _updates(
    visit: Visit, run: Run, question: questions.Question, items: Iterator[Any], clock: Callable[[], float]
) -> Iterator[Values]:
    shown, last = clock() - PAUSE, "Asking"
    with closing(items) as coming:  # type: ignore[type-var]  # all engines give generators
        for item in coming:
            with visit.lock:
                if visit.asking is not run:
                    return  # something else was asked, another run shown, or the visitor has left
                answer = _keep(visit, question, item)
                last = _progress(question, item, last)
                visit.replies.say(last, going=True)
                if not answer and clock() - shown < PAUSE:
                    continue
                shown = clock()
                values = (looks.redraw(visit) if answer else {}) | told(visit)
            yield values
    stopped = run.stopped()
    far = f" after {last}" if " of " in last else ""
    yield _ended(visit, run, f"Stopped{far}" if stopped else _done(question, last))


def _ended(visit: Visit, run: Run, text: str, trouble: bool = False) -> Values:
    with visit.lock:
        if visit.asking is not run:
            return {}
        visit.answered(run)
        visit.replies.say(text, trouble=trouble)
        return looks.redraw(visit) | told(visit)


def _keep(visit: Visit, question: questions.Question, item: Any) -> bool:
    """Put an answer where it is kept; whether it was one."""
    number = len(question.trace.earlier)
    answers = visit.replies.of(number)
    match item:
        case Value() | TreeValues():
            answers.add(question.trace, item)
        case Rescored():
            visit.replies.of(item.sweep).other = item
        case Occlusion() if isinstance(question, questions.Words):
            answers.words[question.uid] = question.reward, item
        case StepRewards() if isinstance(question, questions.Retell):
            before = answers.edits.get(question.uid, ()) if item.place else ()
            answers.edits[question.uid] = (*before, item)
        case _:
            return False
    return True


def _progress(question: questions.Question, item: Any, last: str) -> str:
    """The line of progress: what is told of an item, or what was told before."""
    match item:
        case Queued():
            return f"Waiting: place {item.place} in the queue"
        case Arriving():
            amount = f", {item.done:.1f} of {item.total:.1f} GB" if item.total else ""
            return f"Loading {item.model}{amount}"
        case TreeValues() if isinstance(question, questions.ValueTree):
            return f"{item.spent} of {question.budget} rollouts"
        case Value() if isinstance(question, questions.ValueOf):
            more = item.rollouts - (question.known.rollouts if question.known else 0)
            return f"{more} of {question.rollouts} rollouts" if not item.exact else "Nothing to roll out"
        case Rescoring():
            sweep = f"Iteration {item.sweep + 1}, step" if question.trace.earlier else "Step"
            return f"{sweep} {item.step + 1} of {item.steps} scored"
        case Occluding():
            return f"{item.done} of {item.parts} words left out"
        case StepRewards():
            return f"Step {item.place + 1} scored"
        case Rolling():
            return last if last.endswith("rollouts") else f"Writing {item.rollouts} rollouts"
    return last


def _done(question: questions.Question, last: str) -> str:
    if isinstance(question, questions.ValueOf | questions.ValueTree):
        return last
    return "Done"
