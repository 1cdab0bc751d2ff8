"""A page over the fake pair, and visitors of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

from pfviz.page import Page as Demo
from pfviz.page import build_page
from pfviz.page.state.stored_runs import RunLibrary
from pfviz.store import Store
from tests.browser import chromium
from tests.browser.fake_pair import FakeEngine

PATIENCE = 180_000  # ms; a busy machine is slow, not wrong

# Chatter that is not an error of ours: Gradio's own translation helper warns, and a closed tab aborts its requests.
LEVELS = ("error",)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The page, served on a free port; its visitors do not know each other."""
    with Store(tmp_path_factory.mktemp("runs") / "runs.db") as store:
        page = build_page(FakeEngine(), RunLibrary(store, shared=True))
        page.launch(prevent_thread_lock=True, quiet=True, server_port=chromium.free_port(), warm=False)
        yield page
        page.close()


DRAWN_RUN = "document.querySelector('#genealogy .pane-plot')?.layout?.meta?.run"


class Tab:
    """One visitor: a page in a context of its own that remembers whatever went wrong."""

    _idle: ClassVar[list[Page]] = []
    """Pages of visitors that have left; the next one takes such a page, as a browser reads scripts twice as fast where
    it has read them before. Nothing else of a visitor stays: see `leave`."""

    def __init__(self, browser: Browser, address: str, width: int = 1440, height: int = 900, **context: object) -> None:
        self.is_usual = context.keys() <= {"reduced_motion"}
        # What plays by itself takes a core, and is in the way of what is tested; who tests it asks for it.
        context = {"reduced_motion": "reduce"} | context
        if self.is_usual and self._idle:
            self.page = self._idle.pop()
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(reduced_motion=context["reduced_motion"])  # type: ignore[arg-type]
        else:
            size = {"width": width, "height": height}
            self.page = browser.new_context(viewport=size, **context).new_page()  # type: ignore[arg-type]
        self.context = self.page.context
        self.page.set_default_timeout(PATIENCE)
        self.wrong: list[str] = []
        self._listeners = {"console": self._console, "pageerror": self._error, "request": self._request}
        for event, listener in self._listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]
        self.page.goto(address)
        # The page opens on a recorded run; its text may be there before the scripts that play it.
        self.page.locator("#hero .story").wait_for()
        self.page.wait_for_function("() => window.pfvizReplay?.run")

    def _error(self, error: Error) -> None:
        self.wrong.append(f"exception: {error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in LEVELS:
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost"):
            self.wrong.append(f"request: {request.url}")

    # --- what a visitor does ---------------------------------------------------------------------------------------

    def type(self, problem: str) -> None:
        self.page.locator("#problem textarea").fill(problem)

    def choose(self, identity: str, title: str) -> None:
        """Pick an entry of a list."""
        self.page.locator(f"#{identity} input").click()
        self.page.locator("[role=option]", has_text=title).first.click()

    def press_run(self) -> None:
        self.page.evaluate(f"window.pfvizBefore = {DRAWN_RUN}")
        self.page.locator("button#run:not([disabled])").click()

    def run(self, problem: str) -> None:
        self.type(problem)
        self.press_run()

    def wait_steps(self, least: int) -> None:
        """Of the run that was begun last: the one before it is drawn until the new one has a step."""
        self.page.wait_for_function(
            f"""least => !document.querySelector('#hero .story') && {DRAWN_RUN} !== window.pfvizBefore
              && Number(document.querySelector('#genealogy .pane-plot').dataset.steps) >= least""",
            arg=least,
        )

    def wait_end(self) -> None:
        self.page.locator("#hero .story").wait_for(state="detached")  # the recorded run has ended all along
        self.page.locator(".progress.done").wait_for()
        self.page.locator("button#run:not([disabled])").wait_for()

    def selected(self) -> str:
        return str(self.page.locator("#genealogy .pane-plot").get_attribute("data-selected"))

    def wait_selected(self, uid: str) -> None:
        self.page.wait_for_function(
            "uid => document.querySelector('#genealogy .pane-plot').dataset.selected === uid", arg=uid
        )

    def click_node(self, uid: int) -> None:
        """Click a particle's mark in the genealogy, where it is on the screen."""
        # A tab that has just been shown draws its plot a moment later.
        found = self.page.wait_for_function(
            """uid => {
              const plot = document.querySelector('#genealogy .pane-plot'), layout = plot._fullLayout;
              for (const trace of plot._fullData ?? []) {
                const ids = trace.customdata ?? [];
                const at = ids.findIndex((item) => [item].flat()[0] === uid);
                if (at < 0) continue;
                const box = plot.getBoundingClientRect(), [xaxis, yaxis] = [layout.xaxis, layout.yaxis];
                return [box.x + xaxis._offset + xaxis.c2p(trace.x[at]), box.y + yaxis._offset + yaxis.c2p(trace.y[at])];
              }
            }""",
            arg=uid,
        )
        x, y = found.json_value()
        self.page.mouse.move(x, y)
        # A click counts where Plotly has seen a hover, which it looks for a moment later.
        self.page.wait_for_function("document.querySelector('#genealogy .pane-plot')._hoverdata?.length")
        self.page.mouse.click(x, y)

    def ranges(self, pane: str = "genealogy") -> list[list[float]]:
        found: list[list[float]] = self.page.evaluate(
            """pane => {
              const layout = document.querySelector(`#${pane} .pane-plot`)._fullLayout;
              return [layout.xaxis.range.slice(), layout.yaxis.range.slice()];
            }""",
            pane,
        )
        return found

    def zoom(self) -> None:
        """Draw a box over the middle of the genealogy."""
        box = self.page.locator("#genealogy .nsewdrag").first.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.25 * box["height"])
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
        self.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.75 * box["height"], steps=4)
        self.page.mouse.up()

    def reload(self, address: str = "") -> None:
        """Load the page again, or at another address."""
        if address:
            self.page.goto(address)
        else:
            self.page.reload()
        self.page.locator("#genealogy .pane-plot").wait_for(state="attached")
        # The page that is left says of its own requests that they were aborted.
        self.wrong[:] = [text for text in self.wrong if "AbortError" not in text and "errored out" not in text]

    def leave(self) -> None:
        """The visitor goes to another place, with nothing left behind in the browser."""
        if self.page.is_closed():
            return
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        if not self.is_usual or len(self.context.pages) > 1:
            return self.context.close()
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        self._idle.append(self.page)

    def close(self) -> None:
        """The visitor closes the browser."""
        self.context.close()


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[type[Tab]]:
    """Opens tabs; after the test every one of them must have been without an error."""
    tabs: list[Tab] = []

    def open_tab(width: int = 1440, height: int = 900, **context: object) -> Tab:
        tabs.append(Tab(browser, demo.local_url, width, height, **context))
        return tabs[-1]

    yield open_tab  # type: ignore[misc]
    wrong = [problem for tab in tabs for problem in tab.wrong]
    for tab in tabs:
        tab.leave()
    assert wrong == []


@pytest.fixture
def nothing_runs(demo: Demo) -> None:
    """Before a test that counts runs: those of closed tabs have ended."""
    wait_until(lambda: demo.visits.running_count() == 0)


@pytest.fixture
def gate(demo: Demo) -> Iterator[threading.Event]:
    """Closed: a run that is "held" stands still after two steps until the test opens it."""
    gate: threading.Event = demo.engine.generator.gate  # type: ignore[attr-defined]
    gate.clear()
    yield gate
    gate.set()


def wait_until(condition: Callable[[], bool], seconds: float = 200) -> None:
    """Wait on a condition of the server."""
    turn = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        turn.wait(0.05)
    raise AssertionError(f"waited {seconds} s in vain")
