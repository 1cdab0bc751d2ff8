"""Where the visitor looks: each function changes a visit by one action of the visitor's, `redraw` shows the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.errors import TraceError
from pfviz.page.actions import explore, files, mark_answer
from pfviz.page.components.html import error_banner
from pfviz.page.forms import what_if_form
from pfviz.page.render import reward_tab, run_view
from pfviz.page.render.explore_bar import find_passing
from pfviz.page.render.run_view import PartValues
from pfviz.page.state.visits import Visit
from pfviz.trace import Trace

Action = Callable[[Visit, Mapping[str, Any]], None]


def redraw(visit: Visit) -> PartValues:
    """Everything that depends on the trace and on where the visitor looks."""
    if visit.trace is None:
        return {}
    return run_view.render_parts(visit.trace, **visit.view_state)


def select(visit: Visit, sent: Mapping[str, Any]) -> None:
    """A click on a particle, a sweep, a family (None: all of them), a question or the right answer; another rule."""
    if "sweep" in sent:
        _open_sweep(visit, sent["sweep"])
        return
    if "family" in sent:
        visit.family = kinship.valid_uid(visit.shown_sweep, sent["family"])
        return
    if "question" in sent:
        visit.question = (
            sent["question"]
            if sent["question"] in reward_tab.QUESTIONS | reward_tab.MODEL_QUESTIONS
            else visit.question
        )
        return
    if "rule" in sent and isinstance(sent["rule"], Mapping) and "mark" in sent["rule"]:
        sent = sent["rule"]
    if "mark" in sent:
        mark_answer.mark(visit, sent["mark"])
        return
    if "explore" in sent or (isinstance(sent.get("rule"), Mapping) and "explore" in sent["rule"]):
        explore.read_bar(visit, sent.get("rule"))
        return
    if "match" in sent:
        explore.step_match(visit, sent["match"])
        return
    if "rule" in sent:
        _set_rule(visit, sent["rule"])
        return
    uid = kinship.valid_uid(visit.shown_sweep, sent.get("uid"))
    visit.selected = visit.selected if uid is None else uid


def _open_sweep(visit: Visit, number: object) -> None:
    """Another iteration or chain; the last one follows the run while it goes on."""
    if visit.trace is None or isinstance(number, bool) or not isinstance(number, int):
        return
    last = len(visit.trace.earlier)
    if 0 <= number <= last:
        visit.sweep = None if number == last else number
        visit.event, visit.family = None, None
        visit.selected = None if visit.shown_sweep is None else run_view.best_particle(visit.shown_sweep)


def _set_rule(visit: Visit, typed: object) -> None:
    """Another rule to select by."""
    if visit.shown_sweep is not None:
        visit.rule_form = what_if_form.read_rule(visit.shown_sweep, typed, visit.rule_form)


def move_selection(visit: Visit, sent: Mapping[str, Any]) -> None:
    """An arrow key."""
    direction = sent.get("move")
    if (
        visit.shown_sweep is not None
        and visit.selected is not None
        and direction in ("parent", "child", "previous", "next")
    ):
        passing, _ = find_passing(visit.shown_sweep, visit.node_filter)
        visit.selected = kinship.neighbour(visit.shown_sweep, visit.selected, direction, passing)


def open_tab(visit: Visit, sent: Mapping[str, Any]) -> None:
    """A tab below, by its place."""
    index = sent.get("index")
    if isinstance(index, int) and 0 <= index < len(run_view.TABS):
        visit.tab = run_view.TABS[index]


def step_event(by: int) -> Action:
    """◀ and ▶ among the resampling events."""

    def look(visit: Visit, sent: Mapping[str, Any]) -> None:
        if visit.shown_sweep is not None:
            visit.event = run_view.neighbour_event(visit.shown_sweep, visit.event, by)

    return look


def open_trace(visit: Visit, path: str) -> PartValues:
    """A trace from a file takes the place of the run; a damaged one leaves everything as it is."""
    try:
        trace = files.read_trace(path)
    except TraceError as error:
        return {"banner": error_banner(str(error))}
    return show_trace(visit, trace)


def show_trace(visit: Visit, trace: Trace, *, sweep: int | None = None, selected: int | None = None) -> PartValues:
    """A trace from elsewhere takes the place of the run; the last of its sweeps is shown, and its best particle
    selected, unless others are asked for."""
    visit.show_trace(trace)
    visit.sweep = sweep if sweep is not None and sweep < len(trace.earlier) else None
    visit.selected = run_view.best_particle(trace) if selected is None else selected
    opened: PartValues = {"clear": True, "hero": False, "problem": trace.problem, "running": False, "banner": ""}
    opened["resumable"] = trace.status in ("stopped", "running")
    return opened | redraw(visit) | {"progress": run_view.opened_line(trace)}
