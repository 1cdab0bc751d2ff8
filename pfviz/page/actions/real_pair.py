"""A problem that is too much for the embedded pair goes to published models: fetch them in the background, and run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from pfviz.models.hub import catalog, published
from pfviz.page.actions import runs
from pfviz.page.actions.choose_models import follow_models
from pfviz.page.forms.usual_settings import FOLLOWING_FIELDS
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run import real_pair
from pfviz.page.serving.engine import Engine
from pfviz.page.serving.model_fetch import FetchJobs
from pfviz.page.state.visits import Visit

POLL_SECONDS = 0.4
FORM = {"models": catalog.REAL_PAIR, "reward": catalog.PAIRS[catalog.REAL_PAIR].reward}
FORM_PARTS = ("models", "reward", "particles", *FOLLOWING_FIELDS)
"""What the run changes of the settings, so that they say what runs."""


def start(engine: Engine, jobs: FetchJobs, visit: Visit, form: Mapping[str, Any]) -> Iterator[PartValues]:
    """Run the problem that was offered with the real pair, once its files are here.

    The visitor may use the page meanwhile. The run begins by itself unless another one goes on then, or its result is
    looked at; in that case the offer says that the files have come.
    """
    names = [card.id for card in catalog.PAIRS[catalog.REAL_PAIR].cards]
    if not all(published.is_downloaded(name) for name in names):
        trace, problem = visit.trace, visit.offered_problem
        error = yield from _fetch(jobs, visit, names)
        if error is not None:
            yield {"offer": real_pair.offer(engine.menu, error=error)}
            return
        if visit.run is not None or visit.trace is not trace or visit.offered_problem != problem:
            yield {"offer": real_pair.offer(engine.menu, "The files have come.")}
            return
    problem = visit.offered_problem or str(form["problem"] or "")
    chosen: dict[str, Any] = {"problem": problem, "particles": catalog.REAL_PARTICLES, **FORM}
    chosen |= follow_models(visit, {**form, **chosen}, engine.menu) or {}
    yield chosen | {"offer": ""}
    yield from runs.start(engine, visit, {**form, **chosen})


def _fetch(jobs: FetchJobs, visit: Visit, names: list[str]) -> Generator[PartValues, None, str | None]:
    """Show how the files come; returns what went wrong, empty if the visitor stopped it, None if they are here."""
    handle, job = visit.begin_fetch(), jobs.join(names)
    try:
        while not job.wait(POLL_SECONDS):
            if handle.is_stopped():
                return ""
            yield {"offer": real_pair.fetching(job)}
        return job.error or None
    finally:
        jobs.leave(job)
        visit.end_fetch(handle)
