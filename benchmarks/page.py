"""The page in Chromium: from a file to its drawn genealogy, from a click to its answer, and how smoothly it plays.

It needs Playwright and a Chromium: `PFVIZ_CHROMIUM`, or one on the path. Times are taken in the browser, so that they
hold the upload, the server's work, what goes over the loopback, and the drawing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.page_runs import make_trace
from benchmarks.results import Goal, Line, Spread, StatusCallback

SIZES = ((16, 8), (64, 50), (256, 100), (1000, 100))
"""(N, steps) of the runs that are opened."""

OPEN_GOALS = {(64, 50): 0.5, (256, 100): 1.0, (1000, 100): 2.0}
"""Size -> seconds from choosing the file to a drawn genealogy."""

CLICK_GOAL = Goal(150, at_least=False)
"""Milliseconds, of every size."""

FRAME_GOALS = {(64, 50): Goal(30)}
"""Size -> frames a second while the run plays, with every picture that follows it."""

CLICKS = 5
PLAYED = 4  # s
PATIENCE = 180_000  # ms
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")

# A pane says how many steps it shows in the frame in which it draws them; a timeout fires when that frame is on the
# screen. `opened` counts from the choice of the file.
_WATCH_JS = """(steps) => {
  const plot = document.querySelector('#genealogy .pane-plot');
  window.pfvizBench = { opened: null };
  let began = 0;
  document.addEventListener('change', (event) => {
    if (event.target.type === 'file') began = performance.now();
  }, { capture: true, once: true });
  new MutationObserver((_, observer) => {
    if (plot.dataset.steps !== steps || !plot.querySelector('.main-svg')) return;
    observer.disconnect();
    setTimeout(() => { pfvizBench.opened = performance.now() - began; });
  }).observe(plot, { attributes: true, attributeFilter: ['data-steps'] });
}"""
_OPENED_JS = "() => pfvizBench.opened"
# Marks of particles on the screen, from the last step to the first: [uid, x, y].
_MARKS_JS = """() => {
  const plot = document.querySelector('#genealogy .pane-plot'), { xaxis, yaxis } = plot._fullLayout;
  const box = plot.getBoundingClientRect(), found = [];
  const trace = plot._fullData.find((trace) => trace.name === 'steps');
  for (let at = 0; at < trace.x.length; at++) {
    const x = box.x + xaxis._offset + xaxis.c2p(trace.x[at]), y = box.y + yaxis._offset + yaxis.c2p(trace.y[at]);
    if (y > 0 && y < innerHeight) found.push([Number([trace.customdata[at]].flat()[0]), x, y]);
  }
  return found;
}"""
_CLICK_JS = """() => {
  const particle = document.querySelector('#particle'), plot = document.querySelector('#genealogy .pane-plot');
  const before = particle.innerHTML, was = plot.dataset.selected;
  pfvizBench.clicked = null;
  document.addEventListener('mouseup', () => {
    const began = performance.now();
    const look = () => {
      if (particle.innerHTML !== before && plot.dataset.selected !== was) {
        requestAnimationFrame(() => setTimeout(() => { pfvizBench.clicked = performance.now() - began; }));
      } else requestAnimationFrame(look);
    };
    look();
  }, { capture: true, once: true });
}"""
_CLICKED_JS = "() => pfvizBench.clicked"
# A frame is one in which the position was drawn; the run plays from its middle, where there is much to draw.
_PLAY_JS = """(seconds) => new Promise((done) => {
  let frames = 0;
  const count = () => frames++;
  pfvizReplay.seek(Math.floor(pfvizReplay.run.T / 2));
  pfvizReplay.play();
  document.addEventListener('pfviz:moment', count);
  const began = performance.now();
  setTimeout(() => requestAnimationFrame(() => {
    document.removeEventListener('pfviz:moment', count);
    pfvizReplay.pause();
    done(1000 * frames / (performance.now() - began));
  }), 1000 * seconds);
})"""


@dataclass
class _Measured:
    """What was measured of one size."""

    opened: list[float] = field(default_factory=list)  # s
    sent: list[float] = field(default_factory=list)  # MB
    clicked: list[float] = field(default_factory=list)  # ms
    click_sent: list[float] = field(default_factory=list)  # kB
    frames: list[float] = field(default_factory=list)  # 1/s
    play_sent: list[float] = field(default_factory=list)  # kB


def measure_page(rounds: int, say: StatusCallback, sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[Line]:
    """Lines for each size: seconds until the genealogy is drawn, MB that were sent for it; the same for a click."""
    with TemporaryDirectory(prefix="pfviz-page-") as folder, _browse() as (browser, address):
        warm = Path(folder) / "warm.json"
        make_trace(4, 2).save(warm)
        _measure_visit(browser, address, warm, (4, 2), _Measured())  # whatever is imported once
        for size in sizes:
            say(f"page: N = {size[0]}, {size[1]} steps, making the trace")
            path = Path(folder) / f"{size[0]}-{size[1]}.json"
            make_trace(*size).save(path)
            found = _Measured()
            for number in range(rounds):
                say(f"page: N = {size[0]}, {size[1]} steps, round {number + 1} of {rounds}")
                _measure_visit(browser, address, path, size, found)
            yield from _report_lines(size, found)


def _report_lines(size: tuple[int, int], found: _Measured) -> Iterator[Line]:
    bound = OPEN_GOALS.get(size)
    goal = None if bound is None else Goal(bound, at_least=False)
    yield Line("page: file to genealogy", "invented", *size, "s", Spread.from_values(found.opened), goal)
    yield Line("page: sent for it", "invented", *size, "MB", Spread.from_values(found.sent))
    yield Line("page: click to answer", "invented", *size, "ms", Spread.from_values(found.clicked), CLICK_GOAL)
    yield Line("page: sent for it", "invented", *size, "kB", Spread.from_values(found.click_sent))
    frames = Spread.from_values(found.frames)
    yield Line("page: frames a second of the replay", "invented", *size, "1/s", frames, FRAME_GOALS.get(size))
    yield Line("page: sent for it", "invented", *size, "kB", Spread.from_values(found.play_sent))


@contextmanager
def _browse() -> Iterator[tuple[Any, str]]:
    """A browser, and the address of a page that is served in this process."""
    from playwright.sync_api import sync_playwright

    from pfviz.page import build_page

    names = (os.environ.get("PFVIZ_CHROMIUM", ""), *_BROWSERS)
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise click.UsageError(f"no browser found; looked for $PFVIZ_CHROMIUM, {', '.join(_BROWSERS)}")
    page = build_page()
    page.launch(prevent_thread_lock=True, quiet=True, warm=False)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
            yield browser, page.local_url
            browser.close()
    finally:
        page.close()


def _measure_visit(browser: Any, address: str, path: Path, size: tuple[int, int], found: _Measured) -> None:
    """One visitor opens the page, then the run, then clicks."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    sent = [0]
    client = context.new_cdp_session(page)
    client.on("Network.dataReceived", lambda event: sent.__setitem__(0, sent[0] + event["dataLength"]))
    client.send("Network.enable")
    page.goto(address)
    page.locator("button#open").wait_for()
    page.wait_for_timeout(2000)  # the first plot of a page is compiled while nothing else happens
    page.evaluate(_WATCH_JS, str(size[1]))
    sent[0] = 0
    with page.expect_file_chooser() as asking:
        page.locator("button#open").click()
    asking.value.set_files(path)
    page.wait_for_function(_OPENED_JS)
    found.opened.append(page.evaluate(_OPENED_JS) / 1000)
    found.sent.append(sent[0] / 1e6)
    page.wait_for_timeout(1500)  # the other pictures
    for number in range(CLICKS):
        marks = page.evaluate(_MARKS_JS)
        selected = page.locator("#genealogy .pane-plot").get_attribute("data-selected")
        marks = [mark for mark in marks if str(mark[0]) != selected]
        _, x, y = marks[(number + 1) * len(marks) // (CLICKS + 2)]
        page.mouse.move(x, y)
        page.wait_for_timeout(300)
        page.evaluate(_CLICK_JS)
        sent[0] = 0
        page.mouse.click(x, y)
        page.wait_for_function(_CLICKED_JS)
        found.clicked.append(page.evaluate(_CLICKED_JS))
        page.wait_for_timeout(400)
        found.click_sent.append(sent[0] / 1e3)
    sent[0] = 0
    found.frames.append(page.evaluate(_PLAY_JS, PLAYED))
    found.play_sent.append(sent[0] / 1e3)
    context.close()
