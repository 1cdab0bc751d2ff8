"""The view "Runs" and links to a run, in a real browser, over the fake pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pfviz.page import Page as Demo
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]


def open_runs(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Runs", exact=True).click()
    tab.page.locator("#runs-list :is(.stored, .stored-empty)").wait_for()


def test_a_run_is_in_the_list_is_marked_deleted_brought_back_and_compared(visit: Open) -> None:
    tab = visit(390, 844)
    page = tab.page
    open_runs(tab)
    assert "for you alone" in page.locator("#runs-list").inner_text()
    for problem in ("Compute 10 + 10", "Compute 7 + 7"):
        tab.run(problem)
        tab.wait_steps(5)
        tab.wait_end()
    open_runs(tab)
    page.locator(".stored li").nth(1).wait_for()
    page.locator("#runs-list .thumbnail").nth(1).wait_for()
    too_wide = """() => [...document.querySelectorAll('#bar *, #runs *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1)
      .map((one) => one.id || one.className || one.tagName)"""
    assert page.evaluate(too_wide) == []

    page.get_by_role("button", name="Name and tags").first.click()
    page.get_by_role("textbox", name="Name").fill("My <b>run</b>")
    page.get_by_role("textbox", name="Tags").fill("thesis")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".stored b", has_text="My <b>run</b>").wait_for()
    page.get_by_role("searchbox").fill("thes")
    page.locator(".stored:not(:has(li:nth-child(2)))").wait_for()
    page.get_by_role("searchbox").fill("")
    page.locator(".stored li").nth(1).wait_for()

    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.locator(".stored:not(:has(li:nth-child(2)))").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".stored li").nth(1).wait_for()
    for place in range(2):
        page.locator(".stored [name=chosen]").nth(place).check()
    page.get_by_role("toolbar", name="The selected runs").get_by_role("button", name="Compare").click()
    page.locator("#compare-cards li").nth(1).wait_for()


def test_the_address_leads_back_to_the_run_and_the_particle_for_its_owner_alone(visit: Open, demo: Demo) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.page
    tab.run("Compute 2 + 2")
    tab.wait_end()
    tab.click_node(3)
    tab.wait_selected("3")
    page.wait_for_function("location.search.includes('step=1&particle=3')")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("status").get_by_text("Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url

    other = tab.context.new_page()  # another tab of the same browser
    other.goto(link + "&view=runs")
    other.locator(".stored li").first.wait_for()
    other.wait_for_function("document.querySelector('#genealogy .pane-plot')?.dataset.selected === '3'")
    assert other.locator("#problem textarea").input_value() == "Compute 2 + 2"
    other.close()

    stranger = visit()
    stranger.reload(link)
    stranger.page.locator("#banner .banner", has_text="There is no run").wait_for()
    assert stranger.page.locator("#hero .story").is_visible()
    stranger.reload(f"{demo.local_url}?run=story:rescue&step=2&particle=1")
    stranger.page.wait_for_function("location.search.includes('run=story:rescue&step=2&particle=1')")
