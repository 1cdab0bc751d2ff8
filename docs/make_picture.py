"""Make the pictures of the README: the page as it opens, and its recorded run as it plays, a frame for each moment.

    .venv/bin/python docs/make_picture.py [FOLDER]

writes assets/page.png and assets/run.webp and, if a folder is named, every frame into it. It needs a Chromium:
`$PFVIZ_CHROMIUM`, or one on the PATH.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from pfviz.page import build_page

ROOT = Path(__file__).parents[1]
STILL, MOVING = ROOT / "assets" / "page.png", ROOT / "assets" / "run.webp"
BROWSERS = (os.environ.get("PFVIZ_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1440, 900  # of the window, in CSS pixels
SLOW_STEPS, PER_SLOW_STEP, PER_STEP = 2, 12, 6  # the first steps are looked at more closely; frames of each
MILLISECONDS, PAUSE, LAST_MILLISECONDS = 140, 900, 3500  # of a frame, of the end of a phase, of the answer
QUALITY = 80
TIMEOUT = 120_000  # ms that the browser waits for anything


def main(folder: Path | None) -> None:
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    demo = build_page()
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, warm=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.set_default_timeout(TIMEOUT)
        page.goto(address)
        page.locator("#hero .story").wait_for()
        page.wait_for_function("document.querySelector('#genealogy .pane-plot').dataset.selected !== ''")
        page.wait_for_timeout(2000)  # until every plot is drawn
        frames, durations = zip(*take_frames(page), strict=True)
        page.evaluate("pfvizReplay.seek(2.6)")
        page.wait_for_timeout(500)
        shoot(page, HEIGHT).save(STILL, optimize=True)
        browser.close()
    demo.close()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for k, frame in enumerate(frames):
            frame.save(folder / f"frame-{k:02}.png")
    save(frames, durations)


def take_frames(page: Page) -> Iterator[tuple[Image.Image, int]]:
    """Frames of the replay, and the milliseconds for which each stands."""
    steps = int(page.evaluate("pfvizReplay.run.T"))
    height = int(page.evaluate("Math.ceil(document.querySelector('#stage').getBoundingClientRect().bottom) + 12"))
    yield seek(page, 0, height), PAUSE
    for step in range(steps):
        frames = PER_SLOW_STEP if step < SLOW_STEPS else PER_STEP
        for k in range(1, frames + 1):
            ends_phase = step < SLOW_STEPS and k % (frames // 4) == 0
            frame = seek(page, step + k / frames - 0.001, height)
            yield frame, PAUSE if ends_phase else MILLISECONDS
    yield seek(page, steps, height), LAST_MILLISECONDS


def seek(page: Page, position: float, height: int) -> Image.Image:
    page.evaluate("(position) => pfvizReplay.seek(position)", position)
    page.wait_for_timeout(120)  # until the overlay has drawn it
    return shoot(page, height)


def shoot(page: Page, height: int) -> Image.Image:
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")


def save(frames: tuple[Image.Image, ...], durations: tuple[int, ...]) -> None:
    first, *others = frames
    first.save(MOVING, save_all=True, append_images=others, duration=list(durations), loop=0, quality=QUALITY, method=6)
    print(f"{MOVING}: {len(frames)} frames, {MOVING.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
