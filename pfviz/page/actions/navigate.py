"""Where the visitor looks: each function changes a visit by one action of the visitor's, `redraw` shows the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.errors import TraceError
from pfviz.page.actions import explore, label_steps, mark_answer
from pfviz.page.components.html import error_banner
from pfviz.page.forms import what_if_form
from pfviz.page.render import stories
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.reward import reward_tab
from pfviz.page.render.run import events, run_link, run_view
from pfviz.page.render.run.explore_bar import find_passing
from pfviz.page.render.run.run_view import Change
from pfviz.page.state.visits import Visit
from pfviz.stories import load_story
from pfviz.trace import Trace

Action = Callable[[Visit, Mapping[str, Any]], Change | None]
"""Says what it changed; None is everything."""


def redraw(visit: Visit, change: Change = "everything") -> PartValues:
    """What depends on the change: everything, unless only where the visitor looks has changed."""
    if visit.trace is None:
        return {}
    link = {"link": run_link.render_link(visit)} if change in ("everything", "selection") else {}
    return run_view.render_parts(visit.trace, **visit.view_state, change=change) | link


def select(visit: Visit, sent: Mapping[str, Any]) -> Change | None:
    """A click on a particle, a sweep, a family (None: all), a question or the right answer; another rule; a moment."""
    if "sweep" in sent:
        _open_sweep(visit, sent["sweep"])
        return None
    if "moment" in sent:
        return _pause_at(visit, sent["moment"])
    if "family" in sent:
        visit.family = kinship.valid_uid(visit.shown_sweep, sent["family"])
        return "family"
    if "question" in sent:
        visit.question = (
            sent["question"]
            if sent["question"] in reward_tab.QUESTIONS | reward_tab.MODEL_QUESTIONS
            else visit.question
        )
        return "tab"
    if "rule" in sent and isinstance(sent["rule"], Mapping) and "mark" in sent["rule"]:
        sent = sent["rule"]
    if "label" in sent:
        label_steps.label_step(visit, sent)
        return None
    if "mark" in sent:
        mark_answer.mark(visit, sent["mark"])
        return None
    if "explore" in sent or (isinstance(sent.get("rule"), Mapping) and "explore" in sent["rule"]):
        explore.read_bar(visit, sent.get("rule"))
        return None
    if "match" in sent:
        explore.step_match(visit, sent["match"])
        return "selection"
    if "rule" in sent:
        _set_rule(visit, sent["rule"])
        return "tab"
    uid = kinship.valid_uid(visit.shown_sweep, sent.get("uid"))
    visit.selected = visit.selected if uid is None else uid
    return "selection"


def _pause_at(visit: Visit, step: object) -> Change:
    """The replay rests after a step: the last resampling by then is shown, at the end (None) the latest of all."""
    if visit.shown_sweep is None or not (step is None or isinstance(step, int)):
        return "event"
    visit.event = None if step is None else events.event_by(visit.shown_sweep, step)
    return "event"


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


def move_selection(visit: Visit, sent: Mapping[str, Any]) -> Change:
    """An arrow key."""
    direction = sent.get("move")
    if (
        visit.shown_sweep is not None
        and visit.selected is not None
        and direction in ("parent", "child", "previous", "next")
    ):
        passing, _ = find_passing(visit.shown_sweep, visit.node_filter)
        visit.selected = kinship.neighbour(visit.shown_sweep, visit.selected, direction, passing)
    return "selection"


def open_tab(visit: Visit, sent: Mapping[str, Any]) -> Change:
    """A tab below, by its place."""
    index = sent.get("index")
    if isinstance(index, int) and 0 <= index < len(run_view.TABS):
        visit.tab = run_view.TABS[index]
    return "tab"


def step_event(by: int) -> Action:
    """◀ and ▶ among the resampling events."""

    def look(visit: Visit, sent: Mapping[str, Any]) -> Change:
        if visit.shown_sweep is not None:
            visit.event = events.neighbour_event(visit.shown_sweep, visit.event, by)
        return "event"

    return look


def open_story(visit: Visit, name: object) -> PartValues:
    """A recorded run that ships takes the place of the run; a name that is none leaves everything as it is."""
    try:
        trace = load_story(str(name))
    except TraceError as error:
        return {"banner": error_banner(str(error))}
    return show_trace(visit, trace)


def begin_with_story(visit: Visit) -> None:
    """A new visit looks at the story on which the page opens; its parts hold it already."""
    visit.trace = load_story(stories.FIRST)
    visit.selected = run_view.best_particle(visit.trace)


def show_trace(visit: Visit, trace: Trace, *, sweep: int | None = None, selected: int | None = None) -> PartValues:
    """A trace from elsewhere takes the place of the run; the last of its sweeps is shown, and its best particle
    selected, unless others are asked for."""
    visit.show_trace(trace)
    visit.sweep = sweep if sweep is not None and sweep < len(trace.earlier) else None
    visit.selected = run_view.best_particle(trace) if selected is None else selected
    opened: PartValues = {
        "clear": True,
        "hero": stories.story_head(trace) or False,
        "problem": trace.problem,
        "running": False,
        "banner": "",
    }
    opened["resumable"] = trace.status in ("stopped", "running")
    return opened | redraw(visit) | {"progress": stories.progress_line(trace)}
