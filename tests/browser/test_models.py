"""A visitor chooses models, types others, and waits in the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pfviz.models.preset import VALUE_SETTINGS
from pfviz.page import Page as Demo
from pfviz.page import build_page
from pfviz.page.serving.scheduler import Scheduler
from tests.browser import chromium
from tests.browser.conftest import Tab, wait_until
from tests.browser.fake_pair import FakeEngine
from tests.models.remote.fake import MODEL, PROMPT, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]


def run(tab: Tab, demo: Demo, problem: str) -> tuple[str, str]:
    """Run a problem to its end; generator and reward model of the run."""
    asked: list[tuple[str, str]] = demo.engine.asked  # type: ignore[attr-defined]
    before = len(asked)
    tab.run(problem)
    wait_until(lambda: len(asked) > before)
    tab.wait_end()
    return asked[-1]


def test_a_pair_of_the_list_is_explained_and_run(visit: type[Tab], demo: Demo) -> None:
    tab = visit()
    assert "offline" in tab.page.locator("#about-models").inner_text()
    tab.choose("models", "Paper: Qwen Math 7B")
    said = tab.page.locator("#about-models", has_text="GB to fetch")
    said.wait_for()
    assert "GB of memory in" in said.inner_text()
    assert "30.5 GB to fetch" in said.inner_text()
    assert tab.page.locator("#reward input").input_value() == "Qwen/Qwen2.5-Math-PRM-7B"
    assert "multiples of 3" in tab.page.locator("#examples .chip").first.inner_text()
    assert run(tab, demo, "1 + 2") == ("Qwen/Qwen2.5-Math-7B-Instruct", "Qwen/Qwen2.5-Math-PRM-7B")
    tab.choose("reward", "Confidence: least sure token")
    tab.page.locator("#about-reward", has_text="least sure").wait_for()
    tab.page.locator("#models input").click()
    tab.page.locator("#models input").blur()  # only looked at
    assert run(tab, demo, "1 + 3") == ("Qwen/Qwen2.5-Math-7B-Instruct", "confidence-min")
    assert tab.page.locator("#reward input").input_value() == "Confidence: least sure token"
    tab.choose("models", "Embedded pair")
    tab.page.locator("#about-models", has_text="offline").wait_for()
    assert tab.page.locator("#reward input").input_value() == "Embedded"


def test_the_settings_that_go_with_models_are_set_and_what_was_set_by_hand_stays(visit: type[Tab], demo: Demo) -> None:
    tab = visit()
    tab.choose("models", "Real: Qwen2.5 Coder 0.5B")
    tab.page.locator("#about-reward", has_text="Set with it, under More settings: Potential").wait_for()
    run(tab, demo, "1 + 2")
    assert VALUE_SETTINGS.items() <= demo.engine.settings.items()  # type: ignore[attr-defined]
    tab.page.get_by_text("More settings", exact=True).click()
    potential, pick = (tab.page.locator(f"#{name} input") for name in ("potential", "pick"))
    assert potential.input_value() == "Change of the odds"
    tab.choose("potential", "The reward itself")
    tab.choose("models", "Embedded pair")
    tab.page.locator("#about-models", has_text="offline").wait_for()
    assert (potential.input_value(), pick.input_value()) == ("The reward itself", "As usual for the method")
    run(tab, demo, "1 + 3")
    kept = {"potential": "score", "pick": "usual", "trigger": "always"}
    assert kept.items() <= demo.engine.settings.items()  # type: ignore[attr-defined]


def test_other_models_are_typed(visit: type[Tab], demo: Demo) -> None:
    tab = visit()
    tab.choose("models", "Another model")
    generator = tab.page.locator("#generator textarea, #generator input")
    generator.wait_for()
    assert not tab.page.locator("#reward").is_visible()
    generator.fill("http://127.0.0.1:1/v1")
    tab.run("1 + 2")
    for field in ("generator", "typed-reward"):
        tab.page.locator(f"#error-{field} [role=alert]").wait_for()
    generator.fill("somebody/writer")
    tab.page.locator("#typed-reward textarea, #typed-reward input").fill("confidence")
    assert run(tab, demo, "1 + 2") == ("somebody/writer", "confidence")
    assert not tab.page.locator("#error-generator [role=alert]").is_visible()


@pytest.fixture(scope="module")
def busy() -> Iterator[Demo]:
    """A page with one place."""
    page = build_page(FakeEngine(shares=Scheduler(1)))
    page.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
    yield page
    page.close()


def test_who_waits_sees_the_place_in_the_queue(browser: Browser, busy: Demo) -> None:
    gate = busy.engine.generator.gate  # type: ignore[attr-defined]
    first, second, third = (Tab(browser, busy.local_url) for _ in range(3))
    first.run("1 + 2 held")
    first.wait_steps(2)
    second.run("2 + 3")
    second.page.locator(".progress.waiting", has_text="1st in the queue").wait_for()
    third.run("3 + 4")
    third.page.locator(".progress.waiting", has_text="2nd in the queue").wait_for()
    second.page.locator("button#stop").click()  # gives up
    second.page.locator("button#run:not([disabled])").wait_for()
    second.page.locator("#hero .story").wait_for()
    third.page.locator(".progress.waiting", has_text="1st in the queue").wait_for()
    gate.set()
    for tab in (first, third):
        tab.wait_end()
    second.press_run()
    second.wait_end()
    for tab in (first, second, third):
        tab.leave()
        assert tab.wrong == []


def test_a_configured_server_is_chosen_by_its_name_and_its_address_and_key_stay_here(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        file = tmp_path / "endpoints.json"
        described = {"name": "lab", "url": server.url, "model": MODEL, "prompt": PROMPT, "key_env": "LAB_KEY"}
        file.write_text(json.dumps([described]), encoding="utf-8")
        monkeypatch.setenv("PFVIZ_ENDPOINTS", str(file))
        monkeypatch.setenv("LAB_KEY", "a-secret-of-the-lab")
        page = build_page()
        page.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
        try:
            tab = Tab(browser, page.local_url)
            tab.choose("models", f"lab: {MODEL}")
            tab.page.locator("#about-models", has_text="server").wait_for()
            tab.page.locator("#particles input[type=number]").fill("2")
            tab.run("Which letters?")
            tab.wait_end()
            tab.page.locator("#particle .solution").wait_for()
            assert any(path == "/v1/completions" for path, _ in server.asked)
            assert {headers.get("authorization") for headers in server.headers} == {"Bearer a-secret-of-the-lab"}
            told = tab.page.content() + json.dumps(page.get_config_file(), default=str)
            assert "a-secret-of-the-lab" not in told
            assert server.url not in told
            tab.leave()
            assert tab.wrong == []
        finally:
            page.close()
