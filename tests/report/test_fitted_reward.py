"""The card of a fitted reward as a page: no text of it gets out of its place."""

from __future__ import annotations

from pfviz.report.fitted_reward import fitted_reward_to_html
from tests.figures.training.fitted import fitted
from tests.report.files import HOSTILE, Elements, assert_closed, assert_tame


def test_the_card_is_shown_as_it_is_written_beside_its_pictures() -> None:
    page = fitted_reward_to_html(fitted(), "# A reward\n\n| a | b |\n")
    assert_closed(page)
    assert "| a | b |" in Elements(page).shown
    assert Elements(page).tags.count("section") == 4


def test_hostile_names_stay_text() -> None:
    page = fitted_reward_to_html(fitted(controls={HOSTILE: fitted().evaluation.complete}), f"# {HOSTILE}\n{HOSTILE}")
    assert_tame(page, fitted_reward_to_html(fitted(), "# a\nb"), times=2)
