"""The page before anybody has pressed anything, the gallery of recorded runs, and the tour."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pfviz.page import Page as Demo
from pfviz.stories import STORIES, load_story
from pfviz.stories.tour import CARDS
from tests.browser.conftest import Tab

pytestmark = pytest.mark.browser

Open = Callable[..., Tab]
FIRST = next(iter(STORIES))


def show_card(tab: Tab, name: str) -> None:
    place = [card.name for card in CARDS].index(name) + 1
    tab.page.locator(".tour-place", has_text=f"{place} of {len(CARDS)}").wait_for()


def wait_drawn(tab: Tab, name: str) -> None:
    tab.page.locator(f'#hero [data-story-open="{name}"]').wait_for()
    tab.page.wait_for_function(
        "steps => document.querySelector('#genealogy .pane-plot').dataset.steps === String(steps)",
        arg=load_story(name).steps,
    )


def test_the_page_opens_on_a_recorded_run_that_is_drawn_and_plays_once(visit: Open, demo: Demo) -> None:
    tab = visit(reduced_motion="no-preference")
    wait_drawn(tab, FIRST)
    tab.page.locator("#genealogy .main-svg").first.wait_for()
    assert tab.page.locator("#problem textarea").input_value() == load_story(FIRST).problem
    assert tab.page.locator("[role=alert]").count() == 0
    tab.page.wait_for_function("window.pfvizReplay?.playing && pfvizReplay.position > 0")
    assert demo.visits.running_count() == 0
    tab.press_run()  # of the untouched page: the problem that it shows
    tab.wait_steps(1)
    tab.wait_end()
    assert tab.page.locator("#hero .story").count() == 0
    assert tab.page.locator("[role=alert]").count() == 0


def test_an_empty_field_runs_the_example_that_it_shows(visit: Open) -> None:
    tab = visit()
    tab.run(" ")
    tab.wait_steps(1)
    tab.wait_end()
    assert tab.page.locator("#problem textarea").input_value() == tab.page.locator("#problem textarea").get_attribute(
        "placeholder"
    )


def test_a_click_in_the_gallery_opens_any_of_the_runs_as_its_own_and_for_this_tab_alone(visit: Open) -> None:
    tab, other = visit(), visit()
    for name in [*list(STORIES)[1:], FIRST]:
        tab.page.locator(f'#gallery [data-story="{name}"]').click()
        wait_drawn(tab, name)
        assert tab.page.locator("#problem textarea").input_value() == load_story(name).problem
    tab.page.locator(".solution button").first.click()  # the first step of the solution that is open
    trace = load_story(FIRST)
    _, slot = trace.solution(*trace.node(int(other.selected())))[0]
    tab.wait_selected(str(slot))
    tab.page.get_by_role("tab", name="Answers").click()
    tab.page.locator("#answers .main-svg").first.wait_for()
    assert other.page.locator(f'#hero [data-story-open="{FIRST}"]').is_visible()
    assert other.selected() != tab.selected()


def test_the_tour_goes_on_by_what_the_reader_does_and_keeps_its_place(visit: Open) -> None:
    tab = visit()
    wait_drawn(tab, FIRST)
    tab.page.locator(".tour-start").click()
    for card in CARDS[:4]:
        show_card(tab, card.name)
        assert tab.page.locator(".tour-sentence").inner_text() == card.sentence
        tab.page.keyboard.press("Enter")  # Next has the focus
    show_card(tab, "guess")
    assert tab.page.evaluate("pfvizReplay.position") == 0.75
    show_card(tab, "select")  # waited for
    assert "tour=6" in tab.page.url
    tab.reload()
    show_card(tab, "select")
    tab.page.keyboard.press("Escape")
    tab.page.locator(".tour").wait_for(state="hidden")
    assert "tour" not in tab.page.url
    tab.page.locator(".tour-start").click()
    show_card(tab, "select")  # where it was left


def test_a_guess_is_answered_and_the_slider_acts_on_the_recorded_scores(visit: Open, demo: Demo) -> None:
    tab = visit()
    tab.reload(f"{demo.local_url}?tour=5")
    show_card(tab, "guess")
    tab.click_node(6)  # of the first step; its score was the lowest
    tab.page.locator(".tour-said", has_text="Particle 7 gets none: it dies.").wait_for()
    tab.reload(f"{demo.local_url}?tour=12")
    show_card(tab, "tau")
    slider = tab.page.locator(".tour-tau input")
    slider.fill("-1.5")
    tab.page.locator("#tour-tau-said", has_text="about 1.").wait_for()
    slider.fill("1.5")
    tab.page.locator("#tour-tau-said", has_text="about 16.0").wait_for()
    assert tab.page.locator(".tour-shares i").count() == 16


def test_on_a_phone_the_pictures_come_first_and_a_card_fits(visit: Open) -> None:
    tab = visit(390, 844, is_mobile=True, has_touch=True)
    wait_drawn(tab, FIRST)
    box = tab.page.locator("#genealogy").bounding_box()
    assert box is not None
    assert box["y"] < 844
    tab.page.locator(".tour-start").click()
    show_card(tab, CARDS[0].name)
    card = tab.page.locator(".tour").bounding_box()
    assert card is not None
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= 390
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
