"""Events become moments: at least one for each step, few in between, the trace with each step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from pfviz.inference.events import Event, RunEnded, RunStarted, TokensDrafted
from pfviz.page.state.progress import follow_events
from tests.traces import synthetic_events


def still() -> float:
    """A clock that stands still: no pause between two moments ever passes."""
    return 0.0


def test_every_step_is_shown_even_when_no_time_passes() -> None:
    moments = list(follow_events(synthetic_events(steps=6), clock=still))
    steps = [moment.trace.steps for moment in moments if moment.trace is not None]
    assert steps == sorted(steps)
    assert set(steps) == set(range(1, 7))
    assert moments[-1].ended
    assert moments[-1].progress.status == "finished"
    assert not any(moment.ended for moment in moments[:-1])


def chatty(steps: int, tokens: int) -> Iterator[Event]:
    """A run whose every step reports each of its token columns."""
    for event in synthetic_events(steps=steps):
        if isinstance(event, TokensDrafted):
            yield from (
                TokensDrafted(event.step, column * event.active, event.active) for column in range(1, tokens + 1)
            )
        else:
            yield event


def test_tokens_are_throttled() -> None:
    ticks = count()
    moments = list(follow_events(chatty(4, 100), clock=lambda: 0.01 * next(ticks), pause=0.25))
    assert 4 * 3 <= len(moments) <= 4 * 6 + 2


def test_what_is_being_written_comes_with_the_next_moment_once() -> None:
    def telling() -> Iterator[Event]:
        for event in synthetic_events(steps=2):
            yield event
            if isinstance(event, RunStarted):
                yield TokensDrafted(0, 4, 4, {0: "so"})  # too soon after the last moment
                yield from (TokensDrafted(0, 4 * k, 4) for k in range(2, 9))

    ticks = count()
    moments = list(follow_events(telling(), clock=lambda: 0.1 * next(ticks), pause=0.25))
    assert [moment.texts for moment in moments if moment.texts] == [{0: "so"}]
    assert not any(moment.texts for moment in moments if moment.trace is not None)


def test_tokens_add_up_and_never_fall_within_a_run() -> None:
    ticks = count()
    moments = list(follow_events(synthetic_events(steps=6), clock=lambda: float(next(ticks))))
    last = moments[-1]
    assert last.trace is not None
    assert last.progress.tokens == int(last.trace.tokens.sum())
    assert [m.progress.step for m in moments] == sorted(m.progress.step for m in moments)


def test_a_run_that_is_stopped_in_its_first_step_leaves_an_empty_trace() -> None:
    events = iter(synthetic_events())
    cut: list[Event] = [next(events), next(events), RunEnded(status="stopped", seconds=0.1)]
    last = list(follow_events(cut, clock=still))[-1]
    assert last.trace is not None
    assert (last.progress.status, last.progress.step, last.trace.steps) == ("stopped", 0, 0)
