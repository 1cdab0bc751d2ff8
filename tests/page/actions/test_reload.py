"""After a reload the run before it is shown, as far as it was recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.page.actions import reload
from pfviz.page.state.visits import Visit
from tests.traces import synthetic_trace

TRACE = synthetic_trace()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "PAUSE", 0)


def test_what_was_compared_is_compared_again() -> None:
    visit, before = Visit(), Visit()
    assert reload.restore_comparison(visit, None) == {}
    assert reload.restore_comparison(visit, before) == {}
    before.compare.add([TRACE, replace(TRACE, seed=TRACE.seed + 1)])
    values = reload.restore_comparison(visit, before)
    assert visit.compare.traces == before.compare.traces
    assert values["compare_cards"]


def test_a_new_tab_and_one_without_a_run_show_nothing() -> None:
    assert list(reload.restore(Visit(), None)) == []
    assert list(reload.restore(Visit(), Visit())) == []


def test_the_run_is_shown_where_the_visitor_looked() -> None:
    visit = Visit()
    (values,) = reload.restore(visit, Visit(trace=TRACE, selected=3))
    assert (visit.trace, visit.selected) == (TRACE, 3)
    assert (values["problem"], values["hero"], values["running"]) == (TRACE.problem, False, False)


def test_a_run_that_has_not_ended_is_followed_until_it_has() -> None:
    visit, before = Visit(), Visit(trace=replace(TRACE, status="running"))
    run = before.begin_run()
    shown = reload.restore(visit, before)
    assert next(shown)["resumable"] is True
    before.trace = TRACE
    before.end_run(run)
    assert next(shown)["resumable"] is False
    assert list(shown) == []
    assert visit.trace is TRACE


def test_what_the_visitor_begins_is_left_alone() -> None:
    visit, before = Visit(), Visit(trace=TRACE)
    before.begin_run()
    shown = reload.restore(visit, before)
    next(shown)
    visit.begin_run()
    before.trace = replace(TRACE, status="stopped")
    assert list(shown) == []
    assert visit.trace is TRACE


def test_a_run_that_does_not_end_is_not_followed_for_ever() -> None:
    before = Visit(trace=TRACE)
    before.begin_run()
    assert len(list(reload.restore(Visit(), before))) == 1
