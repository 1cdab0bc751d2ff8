"""Time: a run is played, dragged, stepped through by keys and followed while it goes on, all in the browser."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from tests.browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Tab]


def replay(tab: Tab, what: str) -> Any:
    return tab.page.evaluate(f"() => pfvizReplay.{what}")


def finish_run(tab: Tab, problem: str = "2 + 2") -> None:
    """A run that is over, and has been followed to its end."""
    tab.run(problem)
    tab.wait_end()
    tab.page.wait_for_function(
        """() => !document.querySelector('#hero .story') && pfvizReplay.run && !pfvizReplay.run.running
          && !pfvizReplay.following && pfvizReplay.selected !== null"""
    )


def test_a_run_plays_to_its_end_without_asking_the_server(visit: Open) -> None:
    tab = visit(reduced_motion="no-preference")
    finish_run(tab)
    end = replay(tab, "run.T")
    assert replay(tab, "position") == end
    assert "first steps live on" in tab.page.locator(".replay-said").inner_text()
    tab.page.locator(".replay-speed").select_option("4")
    with tab.page.expect_response(lambda response: "queue/data" in response.url):
        tab.page.evaluate("pfvizReplay.seek(pfvizReplay.run.T - 2)")  # of a pause it is told, once
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.locator(".replay-play").click()
    tab.page.wait_for_function("end => pfvizReplay.position > end - 1.5", arg=end)
    assert tab.page.locator(".replay-play").get_attribute("aria-label") == "Pause"
    phases = tab.page.evaluate(
        """() => new Promise((done) => {
          const said = new Set();
          document.addEventListener('pfviz:moment', ({ detail }) => {
            said.add(document.querySelector('.replay-said').textContent);
            if (!detail.playing) done([said.size, document.querySelector('#genealogy .replay-canvas') !== null]);
          });
        })"""
    )
    assert asked == []
    assert phases[0] >= 4  # a sentence for each phase
    assert phases[1]
    assert replay(tab, "position") == end
    tab.page.locator(".replay-play").click()  # at the end it begins again
    tab.page.wait_for_function("() => pfvizReplay.playing && pfvizReplay.position < 2")


def test_the_track_and_the_keys_go_to_a_moment_and_hide_what_comes_later(visit: Open) -> None:
    tab = visit(reduced_motion="no-preference")
    finish_run(tab)
    page, end = tab.page, replay(tab, "run.T")
    selected = tab.selected()
    assert page.locator(".solution li.later").count() == 0
    ticks = page.locator(".replay-ticks").bounding_box()
    assert ticks is not None
    page.mouse.click(ticks["x"] + ticks["width"] * 2 / end, ticks["y"] + 10)
    assert replay(tab, "position") == 2
    track = page.locator(".replay-track")
    assert str(track.get_attribute("aria-valuetext")).startswith(f"Step 2 of {end} · select. ")
    assert page.locator(".solution li:not(.later)").count() == 2
    last = page.locator(".solution li").count() - 1
    assert page.locator(".solution li").nth(last).get_attribute("class") == "later"
    tab.click_node(int(selected) - int(selected) % 16 + (int(selected) + 1) % 16)  # what has not happened is not there
    assert tab.selected() == selected
    page.keyboard.press("Shift+ArrowRight")
    assert replay(tab, "position") == 3
    page.keyboard.press("Home")
    assert replay(tab, "position") == 0
    track.focus()
    page.keyboard.press("ArrowRight")
    assert replay(tab, "position") == 1
    page.keyboard.press("End")
    assert replay(tab, "position") == end
    page.evaluate("document.activeElement.blur()")
    before = tab.selected()
    page.keyboard.press("ArrowLeft")  # with a particle selected the arrows walk the tree, as they did
    page.wait_for_function(
        "uid => document.querySelector('#genealogy .pane-plot').dataset.selected !== uid", arg=before
    )
    assert replay(tab, "position") == end
    page.keyboard.press("Space")
    assert replay(tab, "playing")
    page.keyboard.press("Space")
    assert not replay(tab, "playing")


def test_a_run_is_followed_until_somebody_looks_back(visit: Open, gate: Event) -> None:
    tab = visit(reduced_motion="no-preference")
    tab.run("held 2 + 2")
    tab.page.wait_for_function(
        "() => pfvizReplay.run?.running && pfvizReplay.run.T === 2 && pfvizReplay.position === 2"
    )
    assert replay(tab, "following")
    follow = tab.page.locator(".replay-follow")
    assert follow.get_attribute("aria-pressed") == "true"
    tab.page.locator("[data-replay=back]").click()
    assert (replay(tab, "position"), replay(tab, "following")) == (1, False)
    follow.click()
    assert (replay(tab, "position"), replay(tab, "following")) == (2, True)
    tab.page.locator("[data-replay=back]").click()
    gate.set()
    tab.wait_end()
    tab.page.wait_for_function("() => pfvizReplay.run.T > 2 && !pfvizReplay.run.running")
    assert replay(tab, "position") == 1
    assert follow.is_hidden()


def test_where_no_motion_is_wanted_a_run_stands_at_its_end_and_goes_in_jumps(visit: Open) -> None:
    tab = visit()
    finish_run(tab)
    end = replay(tab, "run.T")
    places: list[float] = tab.page.evaluate(
        """() => new Promise((done) => {
          const places = new Set();
          document.addEventListener('pfviz:moment', ({ detail }) => {
            places.add(detail.p);
            if (!detail.playing && places.size > 1) done([...places]);
          });
          pfvizReplay.seek(pfvizReplay.run.T - 1);
          pfvizReplay.speed = 4;
          places.clear();
          setTimeout(() => pfvizReplay.play());
        })"""
    )
    assert set(places) <= {end - 1, end - 0.75, end - 0.5, end - 0.25, end}
    assert places[-1] == end
