"""Visits: one for each tab, never mixed, and gone with the tab."""

from __future__ import annotations

from pfviz.page.sessions import Visits


def test_two_tabs_have_two_visits() -> None:
    visits = Visits()
    assert visits.of("a") is visits.of("a")
    assert visits.of("a") is not visits.of("b")


def test_a_closed_tab_stops_its_run_and_no_other() -> None:
    visits = Visits()
    run, other = visits.of("a").begin(), visits.of("b").begin()
    assert visits.running() == 2
    visits.close("a")
    visits.close("never seen")
    assert run.stopped()
    assert not other.stopped()
    assert visits.running() == 1


def test_a_closed_tab_takes_its_files_along() -> None:
    visits = Visits()
    folder = visits.of("a").folder()
    assert visits.of("a").folder() == folder
    (folder / "file").write_text("x", encoding="utf-8")
    visits.close("a")
    assert not folder.exists()


def test_the_ones_not_seen_for_longest_are_forgotten() -> None:
    visits = Visits(most=2)
    run = visits.of("a").begin()
    visits.of("b")
    visits.of("a")
    visits.of("c")
    assert not run.stopped()  # b was the oldest
    visits.of("d")
    assert run.stopped()


def test_a_new_run_stops_the_one_before() -> None:
    visit = Visits().of("a")
    first = visit.begin()
    second = visit.begin()
    assert first.stopped()
    assert not second.stopped()
    visit.end(first)
    assert visit.run is second
