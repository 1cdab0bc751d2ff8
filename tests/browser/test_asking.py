"""Models are asked about the run on the page, in a real browser: values, another reward, words, an edited step."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from pfviz.page import Page as Demo
from tests.browser.conftest import Tab, wait_until

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]


def ready(tab: Tab, problem: str = "2 + 2") -> None:
    """A finished run whose truth is known, a particle of the first step selected, the tab open."""
    tab.page.get_by_text("More settings").click()
    tab.page.locator("#truth textarea, #truth input").fill("20")
    tab.run(problem)
    tab.wait_end()
    tab.page.get_by_role("tab", name="Reward check").click()
    tab.page.locator("#told .lead").first.wait_for()
    tab.page.locator("#particle .solution button").first.click()
    tab.page.locator("#particle p", has_text="Step 1 of").wait_for()


def open_question(tab: Tab, question: str) -> None:
    tab.page.locator(f"[data-question={question}]").click()
    tab.page.locator(f"form[data-asks={question}]").wait_for()


def press(tab: Tab, do: str) -> None:
    """The button can be clicked, and is: at once, as it may be drawn anew between a button's going down and up."""
    button = tab.page.locator(f"[data-role=ask-{do}]")
    button.click(trial=True)
    button.dispatch_event("click")


def said(tab: Tab, text: str) -> None:
    tab.page.locator("#asking .asked.done", has_text=text).wait_for()


def reads(tab: Tab) -> str:
    return tab.page.locator("#genealogy .reading").text_content() or ""


def wait_reads(tab: Tab, text: str) -> None:
    tab.page.locator("#genealogy .reading", has_text=text).wait_for(state="attached")


def test_what_a_prefix_and_the_tree_are_worth(visit: Open) -> None:
    tab = visit()
    ready(tab)
    open_question(tab, "worth")
    press(tab, "value")
    said(tab, "16 of 16 rollouts")
    tab.page.locator("#particle .value-of", has_text="of 16 rollouts right").wait_for()
    assert "colour = reward," in reads(tab)

    tab.page.locator("form.asks [name=budget]").select_option("256")
    press(tab, "tree")
    wait_reads(tab, "reward minus value")  # while it goes on
    said(tab, "256 of 256 rollouts")
    assert tab.page.locator("form.asks [name=budget]").input_value() == "256"  # what was chosen stays
    tab.page.locator(".explore [name=colour]").select_option("reward")
    wait_reads(tab, "colour = reward,")
    tab.page.locator(".explore [name=colour]").select_option("gap")
    wait_reads(tab, "reward minus value")

    row = tab.page.locator("#told tr[data-uid]").last
    uid = str(row.get_attribute("data-uid"))
    row.click()
    tab.wait_selected(uid)
    tab.page.locator("#check .main-svg").first.wait_for()

    tab.run("2 + 3")  # another run has no values yet
    tab.wait_end()
    tab.page.locator(".explore option[value=gap]").wait_for(state="detached")


def test_what_is_held_can_be_stopped_and_asked_again(visit: Open, demo: Demo, gate: Event) -> None:
    gate.set()
    tab = visit()
    ready(tab, "2 + 2 held")
    gate.clear()
    open_question(tab, "worth")
    press(tab, "value")
    tab.page.locator("#asking .busy", has_text="Writing 8 rollouts").wait_for()
    tab.page.locator("[data-role=ask-stop]").click()
    said(tab, "Stopped")
    wait_until(lambda: demo.visits.running_count() == 0)
    gate.set()
    press(tab, "value")
    said(tab, "16 of 16 rollouts")


@pytest.mark.usefixtures("nothing_runs")
def test_a_closed_tab_stops_what_it_asked(visit: Open, demo: Demo, gate: Event) -> None:
    gate.set()
    tab = visit()
    ready(tab, "2 + 2 held")
    gate.clear()
    open_question(tab, "worth")
    press(tab, "tree")
    tab.page.locator("#asking .busy").wait_for()
    assert demo.visits.running_count() == 1
    tab.close()
    wait_until(lambda: demo.visits.running_count() == 0)


def test_another_reward_is_compared_and_leads_to_particles(visit: Open) -> None:
    tab = visit()
    ready(tab)
    open_question(tab, "other")
    press(tab, "rescore")
    tab.page.locator("#asking [role=alert]").wait_for()  # none was chosen
    tab.page.locator("form.asks [name=typed]").fill("naive")
    press(tab, "rescore")
    said(tab, "Done")
    tab.page.locator("#check h3", has_text="disagree").wait_for()
    chip = tab.page.locator("#told [data-role^=killed-]").first
    uid = str(chip.get_attribute("data-uid"))
    chip.click()
    tab.wait_selected(uid)


def test_words_have_a_colour_and_a_number(visit: Open) -> None:
    tab = visit()
    ready(tab)
    open_question(tab, "words")
    press(tab, "words")
    tab.page.locator("#told .shaded .word").first.wait_for()
    words = tab.page.locator("#told .shaded .word")
    assert tab.page.locator("#told tbody tr").count() == words.count()
    assert words.first.get_attribute("title")


def test_an_edited_step_is_scored_and_grown(visit: Open) -> None:
    tab = visit()
    ready(tab, "2 + 2 hostile")
    open_question(tab, "edit")
    text = tab.page.locator("form.asks textarea")
    before = text.input_value()
    assert "<script>" in before  # as text
    text.fill("<img src=x onerror='window.pwned=1'> 10 + 2 = 12, I think so")
    press(tab, "retell")
    tab.page.locator("#told del").first.wait_for()
    assert tab.page.evaluate("window.pwned") is None
    press(tab, "grow")  # the fake generator has no tokenizer for it
    tab.page.locator("#banner [role=alert]", has_text="takes no text").wait_for()
    text.fill(before)
    press(tab, "grow")
    tab.page.locator("#notes", has_text="Steps 1 to 1 are given").wait_for()
    tab.wait_end()
    assert tab.page.evaluate("window.pwned") is None
