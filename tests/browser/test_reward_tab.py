"""The tab that checks the reward in a real browser: questions open, rows select, another rule redraws."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pfviz.page.render.reward.reward_tab import QUESTIONS
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
PICTURES = ("inside", "residuals", "profile", "what_if")


def opened(visit: Open, **context: object) -> Tab:
    """A run whose right answer is 20, with the tab open."""
    tab = visit(**context)
    tab.run("10 + 10")
    tab.wait_end()
    tab.page.get_by_role("tab", name="Reward check").click()
    tab.page.locator("#questions .questions").wait_for()
    return tab


def ask(tab: Tab, question: str) -> None:
    tab.page.locator(f"[data-question={question}]").click()
    tab.page.locator(f"[data-question={question}][aria-current]").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_question_opens_with_its_picture_or_its_table(visit: Open, scheme: str) -> None:
    tab = opened(visit, color_scheme=scheme)
    for question in QUESTIONS:
        ask(tab, question)
        picture = tab.page.locator("#check .main-svg").first
        picture.wait_for(state="visible" if question in PICTURES else "hidden")
        told = tab.page.locator("#told")
        assert told.is_visible() == (question not in ("residuals", "profile"))
        assert tab.page.locator("#rule").is_visible() == (question == "what_if")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_selects_its_particle_everywhere(visit: Open) -> None:
    tab = opened(visit)
    row = tab.page.locator("#told tr[data-uid]:not([aria-current])").first
    uid = str(row.get_attribute("data-uid"))
    assert uid != tab.selected()
    row.locator("td").last.click()
    tab.wait_selected(uid)
    tab.page.locator(f"#told tr[data-uid='{uid}'][aria-current]").wait_for()

    ask(tab, "winners")
    cell = tab.page.locator("#told td:not([aria-current]) .winner").last
    uid = str(cell.get_attribute("data-uid"))
    cell.click()
    tab.wait_selected(uid)


def test_another_rule_redraws_at_once_and_goes_back(visit: Open) -> None:
    tab = opened(visit)
    ask(tab, "what_if")
    title = tab.page.locator("#check h3")
    title.filter(has_text="The same as in the run").wait_for()
    tab.page.locator("#rule [name=tau]").fill("0.05")
    tab.page.locator("#rule [name=tau]").press("Enter")
    title.filter(has_text="lost").wait_for()
    tab.page.locator("#rule [name=resampler]").select_option("systematic")
    tab.page.wait_for_function("document.querySelector('#rule [name=tau]').value === '0.05'")

    tab.page.locator("#rule [name=tau]").fill("-3")
    tab.page.locator("#rule [name=tau]").press("Tab")
    tab.page.locator("#told .field-error", has_text="Tau is -3").wait_for()

    tab.page.locator("#rule button[type=reset]").click()
    title.filter(has_text="The same as in the run").wait_for()
    tab.page.locator("#told .field-error").wait_for(state="detached")
    assert tab.page.locator("#rule [name=tau]").input_value() == "1"


def test_a_question_stays_open_through_another_run(visit: Open) -> None:
    tab = opened(visit)
    ask(tab, "residuals")
    tab.run("10 + 10 slowly")
    tab.wait_steps(2)
    tab.page.locator("#check .main-svg").first.wait_for(state="visible")
    tab.wait_end()
    tab.page.locator("#check h3", has_text="rise or fall without cause").wait_for()


def test_it_can_be_reached_on_a_phone(visit: Open) -> None:
    tab = opened(visit, width=390, height=844)
    ask(tab, "winners")
    tab.page.locator("#told .winner").first.wait_for()
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_answer_that_is_right_is_marked_where_nobody_knows_it(visit: Open) -> None:
    tab = visit()
    tab.run("A riddle of numbers")
    tab.wait_end()
    tab.page.get_by_role("tab", name="Reward check").click()
    tab.page.locator("#told [data-mark]").first.wait_for()
    answer = str(tab.page.locator("#told [data-mark]").first.get_attribute("data-mark"))
    tab.page.locator("#told [data-mark]").first.click()
    tab.page.locator("#told .marking", has_text=f"You marked {answer} as right").wait_for()
    tab.page.locator("#told tr[data-uid]").first.wait_for()
    tab.page.locator("#answer .verdict").wait_for()

    tab.page.locator("#told [data-mark='']").click()
    field = tab.page.locator("#told [name=mark]")
    field.fill("1000")
    field.press("Enter")
    tab.page.locator("#told .marking", has_text="You marked 1000 as right").wait_for()
    tab.page.locator("#answer .verdict.wrong").wait_for()
