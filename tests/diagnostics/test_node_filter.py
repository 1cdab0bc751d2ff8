"""A filter lets pass what it says, and no text or pattern of a visitor's can stop the page."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from pfviz.diagnostics import lineage_slots, survivors
from pfviz.diagnostics.kinship import neighbour
from pfviz.diagnostics.node_filter import (
    MATCH_SECONDS,
    MAX_PATTERN_CHARS,
    NO_FILTER,
    STATES,
    NodeFilter,
    count_steps,
    filter_nodes,
    next_match,
)
from pfviz.errors import SettingError
from tests.traces import synthetic_trace

TRACE = synthetic_trace()


def test_no_filter_lets_all_pass() -> None:
    assert filter_nodes(TRACE, NO_FILTER).all()
    assert count_steps(TRACE, filter_nodes(TRACE, NO_FILTER)) == TRACE.written.sum()


def test_alive_and_dead_are_two_halves() -> None:
    alive, dead = (filter_nodes(TRACE, NodeFilter(state=state)) for state in ("alive", "dead"))
    assert np.array_equal(alive, survivors(TRACE))
    assert np.array_equal(alive, ~dead)


def test_finished_right_and_wrong_are_told_apart() -> None:
    assert np.array_equal(filter_nodes(TRACE, NodeFilter(state="finished")), TRACE.finished)
    right, wrong = (filter_nodes(TRACE, NodeFilter(state=state)) for state in ("right", "wrong"))
    assert right.any()
    assert wrong.any()
    assert not (right & wrong).any()
    unknown = dataclasses.replace(TRACE, truth=None, problem="A riddle")
    assert not filter_nodes(unknown, NodeFilter(state="right")).any()


def test_an_answer_lets_its_lineages_pass() -> None:
    row = TRACE.answers.rows[0]
    mask = filter_nodes(TRACE, NodeFilter(answer=row.canonical))
    assert np.flatnonzero(mask[-1]).tolist() == list(row.members)
    assert np.array_equal(mask[0], np.isin(np.arange(16), lineage_slots(TRACE)[0, list(row.members)]))
    assert not filter_nodes(TRACE, NodeFilter(answer="no such answer")).any()


def test_a_text_is_found_in_whatever_case_and_is_no_pattern() -> None:
    mask = filter_nodes(TRACE, NodeFilter(text="SO WE HAVE"))
    assert mask[0].all()
    assert count_steps(TRACE, mask) == sum("so we have" in text for row in TRACE.texts for text in row)
    assert not filter_nodes(TRACE, NodeFilter(text=".*")).any()


def test_a_pattern_stands_between_slashes() -> None:
    assert filter_nodes(TRACE, NodeFilter(text=r"/12 \+ \d = \d+/"))[0].all()
    with pytest.raises(SettingError, match="no regular expression"):
        filter_nodes(TRACE, NodeFilter(text="/(/"))


@pytest.mark.parametrize("pattern", [r"/(a|aa)+$/", r"/(\w+\s?)+!$/", r"/(x+x+)+y/", r"/(.*a){20}/"])
def test_a_pattern_that_never_ends_is_given_up(pattern: str) -> None:
    texts = [[f"{'a' * 60} {'x' * 60} word word word{'s' * 40}#" for _ in row] for row in TRACE.texts]
    begun = time.monotonic()
    try:
        filter_nodes(dataclasses.replace(TRACE, texts=texts), NodeFilter(text=pattern))
    except SettingError as error:
        assert "takes too long" in str(error)  # noqa: PT017  (a clever engine may answer in time)
    assert time.monotonic() - begun < 60 * MATCH_SECONDS  # never is meant here, not a speed


def test_a_long_pattern_is_refused() -> None:
    with pytest.raises(SettingError, match=str(MAX_PATTERN_CHARS)):
        filter_nodes(TRACE, NodeFilter(text="a" * (MAX_PATTERN_CHARS + 1)))


def test_a_range_of_rewards_holds_its_ends() -> None:
    low = float(TRACE.rewards[2, 3])
    mask = filter_nodes(TRACE, NodeFilter(low=low, high=low))
    assert mask[2, 3]
    assert np.allclose(TRACE.rewards[mask], low)


def test_matches_are_walked_round_and_round() -> None:
    mask = np.zeros_like(TRACE.written)
    mask[0, 3] = mask[1, 2] = True
    first, second = 3, 16 + 2
    assert next_match(TRACE, mask, None, 1) == first
    assert next_match(TRACE, mask, first, 1) == second
    assert next_match(TRACE, mask, second, 1) == first
    assert next_match(TRACE, mask, first, -1) == second
    assert next_match(TRACE, mask, 10, -1) == first
    assert next_match(TRACE, np.zeros_like(mask), 3, 1) is None


def test_the_arrow_keys_stop_only_at_what_passes() -> None:
    mask = np.zeros_like(TRACE.written)
    mask[0, [2, 9]] = True
    assert neighbour(TRACE, 2, "next", mask) == 9
    assert neighbour(TRACE, 9, "next", mask) == 2
    assert neighbour(TRACE, 5, "next", mask) == 9  # from outside, too
    assert neighbour(TRACE, 2, "next") == 3


@pytest.mark.parametrize("state", STATES)
def test_small_runs_are_filtered(state: str) -> None:
    for shape in ((1, 1), (1, 3), (3, 1)):
        filter_nodes(synthetic_trace(*shape), NodeFilter(state=state, text="a"))  # type: ignore[arg-type]
