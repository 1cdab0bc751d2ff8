"""The last visit of each tab: by its own secret, a few, and not for long."""

from __future__ import annotations

from pfviz.page.state.recent_visits import RecentVisits
from pfviz.page.state.visits import Visit
from tests.traces import synthetic_trace


def token(number: int) -> str:
    return f"{number:032x}"


def test_a_tab_gets_its_own_visit_and_no_other() -> None:
    recent, first, second, third = RecentVisits(), Visit(), Visit(), Visit()
    assert not recent.holds(token(1))
    assert recent.exchange(token(1), first) is None
    assert recent.holds(token(1))
    assert recent.exchange(token(2), second) is None
    assert recent.exchange(token(1), third) is first
    assert recent.exchange(token(1), first) is third


def test_what_is_no_secret_of_128_bits_is_kept_for_nobody() -> None:
    recent = RecentVisits()
    for wrong in ("", "1", "g" * 32, token(1)[1:], token(1) + "0", token(1) + "\n", None, 7, [token(1)]):
        assert recent.exchange(wrong, Visit()) is None
        assert recent.exchange(wrong, Visit()) is None
        assert not recent.holds(wrong)
    assert len(recent) == 0


def test_the_oldest_of_too_many_and_what_is_too_old_are_forgotten() -> None:
    now = [0.0]
    recent = RecentVisits(most=2, seconds=10, clock=lambda: now[0])
    visits = [Visit() for _ in range(3)]
    for number, visit in enumerate(visits):
        recent.exchange(token(number), visit)
    assert len(recent) == 2
    assert recent.exchange(token(0), visits[0]) is None
    assert recent.exchange(token(2), visits[2]) is visits[2]
    now[0] = 11.0
    assert recent.exchange(token(5), Visit()) is None
    assert len(recent) == 1


def test_of_a_visit_that_is_over_the_run_and_the_place_are_kept() -> None:
    recent, visit = RecentVisits(), Visit(trace=synthetic_trace(), selected=3, tab="check")
    visit.compare.add([synthetic_trace(seed=1)])
    recent.exchange(token(1), visit)
    recent.release(Visit())
    recent.release(visit)
    kept = recent.exchange(token(1), Visit())
    assert kept is not None
    assert kept is not visit
    assert (kept.trace, kept.selected, kept.run) == (visit.trace, 3, None)
    assert len(kept.compare.traces) == 1
    assert kept.compare.traces == visit.compare.traces
    assert kept.lab is not visit.lab
