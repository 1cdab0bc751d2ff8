"""Where the visitor looks: each function changes a visit by one action of the visitor's, `redraw` shows the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfviz.errors import TraceError
from pfviz.page import check, downloads, marking, selection, views, what_if
from pfviz.page.markup import banner
from pfviz.page.sessions import Visit
from pfviz.page.views import Values
from pfviz.trace import Trace

Look = Callable[[Visit, Mapping[str, Any]], None]


def redraw(visit: Visit) -> Values:
    """Everything that depends on the trace and on where the visitor looks."""
    if visit.trace is None:
        return {}
    return views.show(visit.trace, **visit.look)


def select(visit: Visit, sent: Mapping[str, Any]) -> None:
    """A click on a particle, a sweep, a question or the right answer; another rule to ask about."""
    if "sweep" in sent:
        _open_sweep(visit, sent["sweep"])
        return
    if "question" in sent:
        visit.question = sent["question"] if sent["question"] in check.QUESTIONS | check.ASKED else visit.question
        return
    if "colour" in sent:
        visit.replies.colour = "gap" if sent["colour"] == "gap" else "reward"
        return
    if "rule" in sent and isinstance(sent["rule"], Mapping) and "mark" in sent["rule"]:
        sent = sent["rule"]
    if "mark" in sent:
        marking.mark(visit, sent["mark"])
        return
    if "rule" in sent:
        _ask(visit, sent["rule"])
        return
    uid = selection.known(visit.shown, sent.get("uid"))
    visit.selected = visit.selected if uid is None else uid


def _open_sweep(visit: Visit, number: object) -> None:
    """Another iteration or chain; the last one follows the run while it goes on."""
    if visit.trace is None or isinstance(number, bool) or not isinstance(number, int):
        return
    last = len(visit.trace.earlier)
    if 0 <= number <= last:
        visit.sweep = None if number == last else number
        visit.event = None
        visit.selected = None if visit.shown is None else views.best_particle(visit.shown)


def _ask(visit: Visit, typed: object) -> None:
    """Another rule to select by."""
    if visit.shown is not None:
        visit.asked = what_if.ask(visit.shown, typed, visit.asked)


def walk(visit: Visit, sent: Mapping[str, Any]) -> None:
    """An arrow key."""
    direction = sent.get("move")
    if visit.shown is not None and visit.selected is not None and direction in ("parent", "child", "previous", "next"):
        visit.selected = selection.move(visit.shown, visit.selected, direction)


def open_tab(visit: Visit, sent: Mapping[str, Any]) -> None:
    """A tab below, by its place."""
    index = sent.get("index")
    if isinstance(index, int) and 0 <= index < len(views.TABS):
        visit.tab = views.TABS[index]


def step_event(by: int) -> Look:
    """◀ and ▶ among the resampling events."""

    def look(visit: Visit, sent: Mapping[str, Any]) -> None:
        if visit.shown is not None:
            visit.event = views.neighbour_event(visit.shown, visit.event, by)

    return look


def open_trace(visit: Visit, path: str) -> Values:
    """A trace from a file takes the place of the run; a damaged one leaves everything as it is."""
    try:
        trace = downloads.read(path)
    except TraceError as error:
        return {"banner": banner(str(error))}
    return bring(visit, trace)


def bring(visit: Visit, trace: Trace, *, sweep: int | None = None, selected: int | None = None) -> Values:
    """A trace from elsewhere takes the place of the run; the last of its sweeps is shown, and its best particle
    selected, unless others are asked for."""
    visit.show(trace)
    visit.sweep = sweep if sweep is not None and sweep < len(trace.earlier) else None
    visit.selected = views.best_particle(trace) if selected is None else selected
    opened: Values = {"clear": True, "hero": False, "problem": trace.problem, "running": False, "banner": ""}
    opened["resumable"] = trace.status in ("stopped", "running")
    return opened | redraw(visit) | {"progress": views.opened(trace)}
