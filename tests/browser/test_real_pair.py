"""The page over the pair that ships with pfviz: nothing is faked here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from pfviz.page import Page as Demo
from pfviz.page import build_page
from pfviz.resources import weights_dir
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
    tab.leave()
    assert tab.wrong == []


@pytest.mark.parametrize("reward", ["", "Naive", "Oracle", "Confidence: entropy", "Broken: inverted"])
def test_a_problem_is_solved_step_by_step(tab: Tab, reward: str) -> None:
    if reward:
        before = tab.page.locator("#about-reward").inner_text()
        tab.choose("reward", reward)
        tab.page.wait_for_function("said => document.querySelector('#about-reward').innerText !== said", arg=before)
    tab.run("Compute (12 + 7) * 3 - 45")
    tab.wait_end()
    tab.page.locator("#answer .answer .value").wait_for()
    tab.page.locator("#particle .solution .boxed").first.wait_for()
    assert tab.page.locator("#particle .solution li").count() >= 2


def test_models_whose_names_are_typed_are_loaded_and_run(tab: Tab) -> None:
    tab.choose("models", "Another model")
    for field, folder in (("generator", "generator"), ("typed-reward", "naive-reward")):
        tab.page.locator(f"#{field} textarea, #{field} input").fill(str(weights_dir() / folder))
    tab.run("What is 3 + 4?")
    tab.wait_end()
    tab.page.locator("#answer .answer").wait_for()
    tab.page.locator("#typed-reward textarea, #typed-reward input").fill("somebody/nothing at all")
    tab.press_run()
    tab.page.locator("#error-typed-reward [role=alert], #banner [role=alert]").first.wait_for()


def test_another_mathematics_gets_a_message_and_three_examples(tab: Tab) -> None:
    tab.run("Prove that there are infinitely many primes.")
    tab.page.locator("#error-problem [role=alert]").wait_for()
    assert tab.page.locator("#error-problem .chip").count() == 3
    tab.page.locator("#hero .story").wait_for()


def test_a_batch_under_the_naive_reward_has_findings_with_examples(tab: Tab) -> None:
    tab.page.get_by_role("tab", name="Reward lab").click()
    tab.page.locator('[data-lab="naive"]').click()
    tab.page.locator(".lab-progress.done", has_text="8 of 8 runs").wait_for()
    tab.page.locator("#lab-note", has_text="judged step by step").wait_for()
    assert "naive" in tab.page.locator("#lab-note").inner_text()
    example = tab.page.locator(".finding .example").first
    node = str(example.get_attribute("data-node"))
    example.click()
    tab.wait_selected(node.split(" ")[2])
    tab.page.locator("#particle .solution").wait_for()


def test_models_are_asked_again(tab: Tab) -> None:
    tab.choose("reward", "Naive")
    tab.run("Compute (12 + 7) * 3 - 45")
    tab.wait_end()
    tab.page.get_by_role("tab", name="Reward check").click()
    tab.page.locator("#particle .solution button").first.click()
    tab.page.locator("#particle p", has_text="Step 1 of").wait_for()
    tab.page.locator("[data-question=worth]").click()
    tab.page.locator("[data-role=ask-value]").click()
    tab.page.locator("#particle .value-of", has_text="of 16 rollouts right").wait_for()
    tab.page.locator("[data-question=other]").click()
    tab.page.locator("form.asks [name=reward]").select_option("embedded")
    tab.page.locator("[data-role=ask-rescore]").click()
    tab.page.locator("#told", has_text="naive → embedded").wait_for()
    tab.page.locator("#check .main-svg").first.wait_for()


def test_the_token_at_which_the_reward_falls_is_found_on_the_page(tab: Tab) -> None:
    tab.run("Compute (12 + 7) * 3 - 45")
    tab.wait_end()
    assert tab.page.locator(".solution .tokens").count() == tab.page.locator(".solution li").count()
    tab.page.get_by_role("tab", name="Reward check").click()
    tab.page.locator("[data-question=inside]").click()
    row = tab.page.locator("#told tr[data-uid]", has_text="✗").first
    row.wait_for()
    uid = str(row.get_attribute("data-uid"))
    tab.page.locator(f"#told [data-role=turn-{uid}]").click()
    tab.wait_selected(uid)
    at = row.locator(".line b").inner_text()
    assert at.strip()
    tab.page.locator("#check h3", has_text=f"at “{at}”").wait_for()
    turn = tab.page.locator(".solution li:has([aria-current]) .turn")
    assert turn.locator("b").inner_text() == at
    before, after = (float(x) for x in turn.inner_text().split(" at ")[0].split(" → "))
    assert before > 0.5 > after
    tokens = tab.page.locator("[data-role=reading] .token")
    assert tokens.count() > 5
    assert "".join(tokens.all_inner_texts()) == tab.page.locator("[data-role=reading]").inner_text()
