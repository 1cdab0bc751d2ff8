"""The bar over the pictures: each function changes a visit by one use of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pfviz.diagnostics import kinship
from pfviz.diagnostics.node_filter import NO_FILTER, next_match
from pfviz.figures.run.tree.node_colours import read_colour_by
from pfviz.page.forms.explore_form import read_filter
from pfviz.page.render.run.explore_bar import find_passing
from pfviz.page.state.visits import Visit


def read_bar(visit: Visit, typed: object) -> None:
    """Other colours, or another filter; without anything typed the filter is cleared."""
    if visit.shown_sweep is None:
        return
    if not isinstance(typed, Mapping) or not typed:
        visit.node_filter = NO_FILTER
        return
    visit.probe_state.colour = read_colour_by(typed.get("colour"))
    visit.node_filter = read_filter(visit.shown_sweep, typed)


def step_match(visit: Visit, direction: object) -> None:
    """The next step that passes the filter is selected, or the one before."""
    trace = visit.shown_sweep
    if trace is None or direction not in ("next", "previous"):
        return
    passing, _ = find_passing(trace, visit.node_filter)
    found = next_match(trace, passing, visit.selected, 1 if direction == "next" else -1)
    visit.selected = visit.selected if found is None else found


def select_answer(visit: Visit, sent: Mapping[str, Any]) -> None:
    """A click on the bar of an answer: its best particle is selected, and those that lead to it stand out; a second
    click on it lets all stand out again."""
    trace = visit.shown_sweep
    uid = kinship.valid_uid(trace, sent.get("uid"))
    if trace is None or uid is None:
        return
    slots = {slot for slot in range(trace.particles) if trace.uids[-1, slot] == uid}
    row = next((row for row in trace.answers.rows if slots & set(row.members)), None)
    visit.selected = uid
    if row is not None:
        same = visit.node_filter.answer == row.canonical
        visit.node_filter = replace(NO_FILTER if same else visit.node_filter, answer="" if same else row.canonical)
