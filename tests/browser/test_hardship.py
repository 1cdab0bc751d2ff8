"""What must not happen, in a real browser: mixed visitors, running scripts, lost pages, sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from pfviz.page import Page as Demo
from pfviz.page.render.reward.reward_tab import QUESTIONS
from tests.browser.conftest import Tab, wait_until

pytestmark = [
    pytest.mark.browser,
    # Gradio leaves the event loop that it makes for each of its queues to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
]

Open = Callable[..., Tab]
MARKUP = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'><svg onload='window.pwned=1'>"


def test_two_visitors_at_once_each_see_their_own_run(visit: Open, gate: Event) -> None:
    one, two = visit(), visit()
    one.run("2 + 2 held one")
    two.page.locator("#particles input[type=number]").fill("4")
    two.run("3 + 3 held two")
    one.wait_steps(1)
    two.wait_steps(1)
    one.click_node(3)
    one.wait_selected("3")
    two.wait_selected("")
    gate.set()
    one.wait_end()
    two.wait_end()
    assert "of 16 particles" in one.page.locator("#answer").inner_text()
    assert "of 4 particles" in two.page.locator("#answer").inner_text()
    assert one.selected() == "3"


@pytest.mark.usefixtures("nothing_runs", "gate")
def test_a_closed_tab_stops_its_run(visit: Open, demo: Demo) -> None:
    tab = visit()
    tab.run("2 + 2 held")
    tab.wait_steps(1)
    assert demo.visits.running_count() == 1
    tab.close()
    wait_until(lambda: demo.visits.running_count() == 0)
    generator = demo.engine.generator  # type: ignore[attr-defined]
    written = generator.columns
    later = visit()  # something that takes a while
    later.run("2 + 2")
    later.wait_end()
    assert generator.columns - written <= 5 * 8 + 1  # the new run's own tokens


def test_markup_of_a_visitor_or_a_model_is_text(visit: Open) -> None:
    tab = visit()
    tab.run(f"hostile {MARKUP}")
    tab.wait_end()
    tab.page.locator("#particle .solution", has_text="<script>").wait_for()
    tab.click_node(2)
    tab.wait_selected("2")
    for name, pane in (("Resampling", "resampling"), ("Answers", "answers"), ("Rewards", "rewards")):
        tab.page.get_by_role("tab", name=name).click()
        tab.page.locator(f"#{pane} .main-svg").first.wait_for()
    tab.page.get_by_role("tab", name="Reward check").click()
    for question in QUESTIONS:
        tab.page.locator(f"[data-question={question}]").click()
        tab.page.locator(f"[data-question={question}][aria-current]").wait_for()
    tab.click_node(20)
    tab.wait_selected("20")
    assert tab.page.evaluate("window.pwned") is None
    assert tab.page.locator("#shell :is(script, img, a[href^='javascript'])").count() == 0


@pytest.mark.parametrize(
    ("problem", "said"),
    [("1 + " * 5000, "characters"), ("1 + \x07 2", "control character")],
)
def test_a_problem_that_is_none_is_refused_beside_the_box(visit: Open, problem: str, said: str) -> None:
    tab = visit()
    tab.run(problem)
    tab.page.locator("#error-problem [role=alert]", has_text=said).wait_for()
    assert tab.page.locator("#hero .story").is_visible()
    tab.run("2 + 2")
    tab.wait_end()
    assert tab.page.locator("#error-problem [role=alert]").count() == 0


def test_a_problem_beyond_the_models_offers_examples(visit: Open) -> None:
    tab = visit()
    tab.run("the integral of x")
    tab.page.locator("#error-problem [role=alert]", has_text="integrals").wait_for()
    tab.page.locator("#error-problem .chip").first.click()
    tab.page.wait_for_function("document.querySelector('#problem textarea').value === 'Compute 2 + 3 * 4'")
    tab.press_run()
    tab.wait_end()


def test_settings_that_make_no_sense_are_refused_beside_their_field(visit: Open) -> None:
    tab = visit()
    tab.page.get_by_text("More settings").click()
    for field, typed in (("temperature", "-1"), ("seed", "abc"), ("tau", "nan")):
        tab.page.locator(f"#{field} :is(input, textarea)").first.fill(typed)
    tab.run("2 + 2")
    for field, said in (("temperature", "between"), ("seed", "number"), ("tau", "finite")):
        tab.page.locator(f"#error-{field} [role=alert]", has_text=said).wait_for()
    for field, typed in (("temperature", "0.5"), ("seed", "7"), ("tau", "1")):
        tab.page.locator(f"#{field} :is(input, textarea)").first.fill(typed)
    tab.press_run()
    tab.wait_end()
    assert tab.page.locator("[role=alert]").count() == 0


def test_a_model_that_fails_leaves_a_usable_page(visit: Open, caplog: pytest.LogCaptureFixture) -> None:
    tab = visit()
    tab.run("failing")
    tab.page.locator("#banner [role=alert]", has_text="failed").wait_for()
    assert "as it was asked to" in caplog.text
    tab.run("2 + 2")
    tab.wait_end()
    assert tab.page.locator("[role=alert]").count() == 0


def test_no_width_scrolls_sideways(visit: Open) -> None:
    tab = visit()

    def too_wide() -> list[int]:
        found = []
        for width in (390, 768, 1024, 1440, 1920):
            tab.page.set_viewport_size({"width": width, "height": 844})
            if tab.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(width)
        return found

    assert too_wide() == []
    tab.run("Mia has 12 marbles. She buys 3 bags of 5 marbles. " + "x" * 300)
    tab.wait_end()
    assert too_wide() == []


def test_the_stage_fits_one_screen_and_the_tabs_begin_in_it(visit: Open) -> None:
    tab = visit(width=1440, height=900)
    tab.run("2 + 2")
    tab.wait_end()
    assert tab.page.evaluate("scrollY") == 0
    assert tab.page.evaluate("document.querySelector('#genealogy .pane-plot').clientHeight") >= 200
    for part in ("#genealogy", "#transport", "#strips", "#particle h3", "#tabs [role=tab]", "#problem", "button#run"):
        box = tab.page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900, part
        assert box["height"] > 20, part


def test_dark_recolours_the_pictures_at_once(visit: Open) -> None:
    tab = visit()
    tab.run("2 + 2")
    tab.wait_end()
    ink = "document.querySelector('#genealogy .pane-plot').layout.font.color"
    light = tab.page.evaluate(ink)
    tab.page.locator("button#dark").click()
    tab.page.wait_for_function(f"light => {ink} !== light", arg=light)
    tab.page.reload()
    tab.page.locator("body.dark").wait_for()  # the choice is remembered
