"""Make the moving picture of the README: a real run on the real page, a frame for each of its steps.

    .venv/bin/python docs/make_picture.py [FOLDER]

writes assets/run.webp and, if a folder is named, every frame into it. It needs a Chromium: `$PFVIZ_CHROMIUM`, or one on
the PATH.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pfviz.inference.events import Event, ParticlesSelected
from pfviz.page import build_page
from pfviz.page.serving.engine import SharedEngine, WaitStatus
from pfviz.page.state import progress

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "assets" / "run.webp"
BROWSERS = (os.environ.get("PFVIZ_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
PROBLEM = "Compute ((8 + 5) * 4 - 17) * 2 + 31 - 9"
SEED, TEMPERATURE = 5, 1.0
WIDTH, HEIGHT = 1360, 900  # of the window, in CSS pixels
CROP = 634  # of them, from the top: down to the end of the strips
MILLISECONDS = 800  # a frame
LAST_MILLISECONDS = 3000  # the answer
QUALITY = 82
TIMEOUT = 120_000  # ms that the browser waits for anything


class PausingEngine(SharedEngine):
    """The engine of the page, whose run stands still after each step until `go_on` is set.

    The page's clock counts what the run computes, not the pauses.
    """

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.seconds = 0.0
        progress.follow_events.__kwdefaults__["clock"] = lambda: self.seconds

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Event | WaitStatus]:
        events = super().stream(problem, stop=stop, **settings)
        while True:
            began = time.monotonic()
            event = next(events, None)
            self.seconds += time.monotonic() - began
            if event is None:
                return
            yield event
            if isinstance(event, ParticlesSelected) and settings["particles"] > 2:  # the page's warm-up has two
                self.go_on.wait()
                self.go_on.clear()


def main(folder: Path | None) -> None:
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    engine = PausingEngine()
    demo = build_page(engine)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, warm=False)
    demo.warm_up()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(TIMEOUT)
        page.goto(address)
        frames = list(take_frames(page, engine))
        browser.close()
    demo.close()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for k, frame in enumerate(frames):
            frame.save(folder / f"frame-{k:02}.png")
    save(frames)


def take_frames(page: Page, engine: PausingEngine) -> Iterator[Image.Image]:
    """The page before the run, after each step, and with its answer."""
    page.locator("#hero .story").wait_for()
    fill(page)
    yield shoot(page)
    page.evaluate("document.querySelector('button#run').click()")  # without a pointer over it
    for step in range(1, 7):
        page.wait_for_function(f"document.querySelector('#genealogy .pane-plot')?.dataset.steps === '{step}'")
        yield shoot(page)
        engine.go_on.set()
    page.locator(".progress.done").wait_for()
    page.locator("#answer .answer").wait_for()
    page.wait_for_function("document.querySelector('#genealogy .pane-plot').dataset.selected !== ''")
    yield shoot(page)


def fill(page: Page) -> None:
    page.locator("#problem textarea").fill(PROBLEM)
    page.get_by_text("More settings").click()
    page.locator("#seed input, #seed textarea").first.fill(str(SEED))
    page.locator("#temperature input, #temperature textarea").first.fill(str(TEMPERATURE))
    page.get_by_text("More settings").click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(WIDTH - 2, HEIGHT - 2)  # off the buttons


def shoot(page: Page) -> Image.Image:
    page.evaluate("document.querySelectorAll('*').forEach((part) => { if (part.scrollTop) part.scrollTop = 0; })")
    page.wait_for_timeout(700)  # until the plots have drawn what has come
    return Image.open(io.BytesIO(page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": CROP}))).convert("RGB")


def save(frames: list[Image.Image]) -> None:
    durations = [MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS]
    first, *others = frames
    first.save(PICTURE, save_all=True, append_images=others, duration=durations, loop=0, quality=QUALITY, method=6)
    print(f"{PICTURE}: {len(frames)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
