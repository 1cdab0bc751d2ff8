"""Visits: one for each tab, never mixed, and gone with the tab."""

from __future__ import annotations

from pfviz.page.state.visits import Visits


def test_two_tabs_have_two_visits() -> None:
    visits = Visits()
    assert visits.get("a") is visits.get("a")
    assert visits.get("a") is not visits.get("b")


def test_a_closed_tab_stops_its_run_and_no_other() -> None:
    visits = Visits()
    run, other = visits.get("a").begin_run(), visits.get("b").begin_run()
    assert visits.running_count() == 2
    visits.close("a")
    visits.close("never seen")
    assert run.is_stopped()
    assert not other.is_stopped()
    assert visits.running_count() == 1


def test_a_closed_tab_takes_its_files_along() -> None:
    visits = Visits()
    folder = visits.get("a").folder()
    assert visits.get("a").folder() == folder
    (folder / "file").write_text("x", encoding="utf-8")
    visits.close("a")
    assert not folder.exists()


def test_the_ones_not_seen_for_longest_are_forgotten() -> None:
    visits = Visits(most=2)
    run = visits.get("a").begin_run()
    visits.get("b")
    visits.get("a")
    visits.get("c")
    assert not run.is_stopped()  # b was the oldest
    visits.get("d")
    assert run.is_stopped()


def test_a_new_run_stops_the_one_before() -> None:
    visit = Visits().get("a")
    first = visit.begin_run()
    second = visit.begin_run()
    assert first.is_stopped()
    assert not second.is_stopped()
    visit.end_run(first)
    assert visit.run is second
