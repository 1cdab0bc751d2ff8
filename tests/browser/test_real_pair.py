"""The page over the pair that ships with pfviz: nothing is faked here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from pfviz.page import Page as Demo
from pfviz.page import build_page
from tests.browser import chromium
from tests.browser.conftest import Tab

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]


@pytest.fixture(scope="module")
def real() -> Iterator[Demo]:
    page = build_page()
    page.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
    yield page
    page.close()


@pytest.fixture
def tab(browser: Browser, real: Demo) -> Iterator[Tab]:
    tab = Tab(browser, real.local_url)
    yield tab
    tab.close()
    assert tab.wrong == []


@pytest.mark.parametrize("reward", ["Embedded", "Naive"])
def test_a_problem_is_solved_step_by_step(tab: Tab, reward: str) -> None:
    tab.page.locator("#reward label", has_text=reward).click()
    tab.run("Compute (12 + 7) * 3 - 45")
    tab.wait_end()
    tab.page.locator("#answer .answer .value").wait_for()
    tab.page.locator("#particle .solution .boxed").first.wait_for()
    assert tab.page.locator("#particle .solution li").count() >= 2


def test_another_mathematics_gets_a_message_and_three_examples(tab: Tab) -> None:
    tab.run("Prove that there are infinitely many primes.")
    tab.page.locator("#trouble-problem [role=alert]").wait_for()
    assert tab.page.locator("#trouble-problem .chip").count() == 3
    tab.page.locator("#hero .hero").wait_for()
