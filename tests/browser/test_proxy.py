"""The page behind a reverse proxy, under a path of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pfviz.page import build_page
from tests.browser.chromium import free_port
from tests.browser.conftest import Tab
from tests.browser.fake_pair import FakeEngine
from tests.browser.proxy import serve_below

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]


@pytest.fixture
def proxied() -> Iterator[tuple[str, list[str]]]:
    """The address of a page that was told where it is, and what was asked for outside of its path."""
    page, port = build_page(FakeEngine()), free_port()
    page.launch(prevent_thread_lock=True, quiet=True, server_port=port, warm=False, root_path="/some/pfviz")
    try:
        with serve_below("/some/pfviz", port) as address:
            yield address
    finally:
        page.close()


def test_a_run_is_made_saved_and_opened_below_a_path(
    browser: Browser, proxied: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, outside = proxied
    tab = Tab(browser, address)
    tab.run("2 + 2")
    tab.wait_steps(4)
    tab.wait_end()
    with tab.page.expect_download() as coming:
        tab.page.locator("button#save-json").click()
    coming.value.save_as(tmp_path / "run.json")
    assert json.loads((tmp_path / "run.json").read_text())["problem"] == "2 + 2"
    other = Tab(browser, address)
    other.page.locator("input[type=file]").first.set_input_files(tmp_path / "run.json")
    other.wait_steps(4)
    other.page.locator("#inspector .solution li").first.wait_for()
    assert not set(outside) - {"/favicon.ico"}
    assert [
        text for text in tab.wrong + other.wrong if "404" not in text
    ] == []  # a browser asks for the icon at the root
    tab.leave()
    other.leave()
