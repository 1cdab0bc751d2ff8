"""The cards of the tour, and what its slider weighs by."""

from __future__ import annotations

import numpy as np

from pfviz.stories import STORIES, load_story
from pfviz.stories.tour import CARDS, log_potentials

TRACE = load_story(next(iter(STORIES)))


def test_a_card_says_one_idea_in_fourteen_words() -> None:
    assert 11 <= len(CARDS) <= 14
    assert len({card.name for card in CARDS}) == len(CARDS)
    assert [card.name for card in CARDS if len(card.sentence.split()) > 14] == []


def test_what_is_played_lies_in_the_run_and_goes_on_where_it_was_left() -> None:
    played = [(card.play_from, card.play_to) for card in CARDS if card.play_to is not None]
    assert all(start is not None and end is not None and 0 <= start < end <= TRACE.steps for start, end in played)
    assert [start for start, _ in played[1:]] == [end for _, end in played[:-1]]
    assert played[-1][1] == TRACE.steps


def test_what_the_cards_say_of_the_first_story_is_so() -> None:
    assert TRACE.particles == 16
    assert TRACE.choice is not None
    assert TRACE.choice.correct
    assert TRACE.settings["pick"] == "rewards", "the answer with the most reward wins"


def test_the_slider_weighs_as_the_run_did_and_a_small_tau_gives_one_family_everything() -> None:
    potentials = np.array(log_potentials(TRACE))
    tau = float(TRACE.settings["tau"])

    def weigh(row: np.ndarray, tau: float) -> np.ndarray:
        raw = np.exp((row - row.max()) / tau)
        return np.asarray(raw / raw.sum())

    for t, row in enumerate(potentials):
        np.testing.assert_allclose(weigh(row, tau), TRACE.weights[t], atol=2e-3)
    assert weigh(potentials[0], 0.02).max() > 0.9
