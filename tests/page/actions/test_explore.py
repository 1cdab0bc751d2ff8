"""The bar over the pictures: what is typed becomes a filter, and every picture follows it."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from pfviz.diagnostics.node_filter import NO_FILTER
from pfviz.figures.run.dimming import DIM
from pfviz.page.actions import explore, navigate
from pfviz.page.state.visits import Visit
from tests.traces import synthetic_trace


@pytest.fixture
def visit() -> Visit:
    return Visit(trace=synthetic_trace())


def type_in(visit: Visit, **typed: str) -> None:
    navigate.select(
        visit, {"rule": {"explore": "1", "colour": "reward", "show": "any", "low": "0", "high": "1"} | typed}
    )


def opacity(visit: Visit) -> Any:
    """Of the marks of the genealogy."""
    drawn = json.loads(navigate.redraw(visit)["genealogy"])["data"]
    found = next(trace for trace in drawn if trace.get("name") == "steps")["marker"]["opacity"]
    return np.frombuffer(base64.b64decode(found["bdata"]), dtype=found["dtype"])


def test_what_does_not_match_is_dimmed_and_counted(visit: Visit) -> None:
    before = opacity(visit)
    type_in(visit, show="finished")
    after = opacity(visit)
    assert visit.trace is not None
    kept = visit.trace.finished.ravel()
    assert np.allclose(after[kept], before[kept])
    assert np.allclose(after[~kept], before[~kept] * DIM, atol=1e-3)
    told = navigate.redraw(visit)["colours"]
    count = int((visit.trace.finished & visit.trace.written).sum())
    assert f"<b>{count} of {visit.trace.written.sum()}</b> match" in told


@pytest.mark.parametrize("tab", ["weights", "resampling", "answers", "rewards"])
def test_every_tab_follows_the_filter(visit: Visit, tab: str) -> None:
    visit.tab = tab
    plain = navigate.redraw(visit)[tab]
    type_in(visit, text="no such text")
    assert navigate.redraw(visit)[tab] != plain


def test_what_makes_no_sense_is_said_and_hides_nothing(visit: Visit) -> None:
    plain = navigate.redraw(visit)["genealogy"]
    type_in(visit, text="/(/")
    shown = navigate.redraw(visit)
    assert "no regular expression" in shown["colours"]
    assert shown["genealogy"] == plain
    for typed in ({"show": "<b>"}, {"low": "nan", "high": "x"}, {"low": "1", "high": "0"}):
        type_in(visit, **typed)
        assert visit.node_filter == NO_FILTER


def test_hostile_text_stays_text(visit: Visit) -> None:
    type_in(visit, text='"><script>alert(1)</script>')
    assert "<script>" not in navigate.redraw(visit)["colours"]


def test_a_filter_is_cleared_and_does_not_outlive_its_run(visit: Visit) -> None:
    type_in(visit, show="dead", colour="family")
    navigate.select(visit, {"explore": {}})
    assert visit.node_filter == NO_FILTER
    assert visit.probe_state.colour == "family"
    type_in(visit, show="dead")
    visit.show_trace(synthetic_trace(4, 2))
    assert visit.node_filter == NO_FILTER


def test_matches_are_walked(visit: Visit) -> None:
    assert visit.trace is not None
    type_in(visit, show="finished")
    navigate.select(visit, {"match": "next"})
    first = visit.selected
    assert first is not None
    assert visit.trace.finished[visit.trace.node(first)]
    navigate.select(visit, {"match": "next"})
    navigate.select(visit, {"match": "previous"})
    assert visit.selected == first
    navigate.select(visit, {"match": "sideways"})
    assert visit.selected == first


def test_a_click_on_an_answer_shows_those_who_lead_to_it(visit: Visit) -> None:
    assert visit.trace is not None
    row = visit.trace.answers.rows[0]
    uid = int(visit.trace.uids[-1, row.members[0]])
    explore.select_answer(visit, {"uid": uid})
    assert (visit.selected, visit.node_filter.answer) == (uid, row.canonical)
    assert 'value="answer 0" selected' in navigate.redraw(visit)["colours"]
    explore.select_answer(visit, {"uid": uid})
    assert visit.node_filter == NO_FILTER
    explore.select_answer(visit, {"uid": "<b>"})
    assert visit.selected == uid
