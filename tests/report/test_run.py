"""The report stands alone, and nothing in a run can act in it."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pfviz.report.run import to_html
from pfviz.trace import Recorder, Trace
from tests.replay.columns import unpack
from tests.report.files import HOSTILE, Elements, assert_closed, assert_tame, body
from tests.traces import synthetic_events, synthetic_trace


def hostile_trace() -> Trace:
    trace = synthetic_trace(4, 3, problem=f"Compute {HOSTILE}")
    return dataclasses.replace(
        trace,
        texts=[[text and f"{HOSTILE} \\boxed{{{HOSTILE}}}" for text in row] for row in trace.texts],
        method=HOSTILE,
        generator=HOSTILE,
        reward=HOSTILE,
        status=HOSTILE,  # type: ignore[arg-type]
        started=HOSTILE,
        versions={HOSTILE: HOSTILE},
        settings={**trace.settings, HOSTILE: HOSTILE},
    )


def data_of(page: str) -> Any:
    found = re.search(r"<script>const PFVIZ = (.*?);</script>", page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_nothing_is_loaded_from_outside() -> None:
    page = to_html(synthetic_trace(4, 3))
    assert_closed(page)
    assert Elements(page).tags.count("script") == 4
    assert "'unsafe-eval'" not in page.split("<title>")[0]


def test_hostile_texts_add_no_element() -> None:
    tame = dataclasses.replace(
        hostile_trace(),
        problem="Compute",
        texts=[[text and "Write \\boxed{twelve}" for text in row] for row in synthetic_trace(4, 3).texts],
        method="a method",
        generator="a generator",
        reward="a reward",
        status="stopped",
        started="today",
        versions={"c": "b"},
        settings={**synthetic_trace(4, 3).settings, "c": "d"},
    )
    page = to_html(hostile_trace())
    assert_tame(page, to_html(tame), 3)  # the method, an answer, the name of a setting
    assert Elements(page).tags.count("script") == 4


def test_every_solution_can_be_read_from_it() -> None:
    trace = synthetic_trace(16, 5)
    run = data_of(to_html(trace))["run"]
    assert np.array_equal(unpack(run["columns"]["ancestors"], 5, 16), trace.ancestors)
    assert '<span class="boxed">12</span>' in run["html"][run["texts"][4][0]] + "".join(run["html"])
    assert len(run["html"]) == len({text for row in trace.texts for text in row})
    assert trace.uids[-1, trace.answers.by_highest_reward.members[0]] in trace.uids  # type: ignore[union-attr]
    assert run["selected"] in trace.uids


def test_it_says_how_to_read_each_figure() -> None:
    page = to_html(synthetic_trace(4, 3))
    assert page.count('class="reads"') == 6


def open_report(browser: Any, path: Path, trace: Trace) -> tuple[Any, list[str]]:
    file = path / "run.html"
    file.write_text(to_html(trace), encoding="utf-8")
    page, errors = browser.new_page(), []
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(file.as_uri())
    page.wait_for_selector("#rewards .plotly")
    return page, errors


@pytest.mark.browser
def test_arrows_and_clicks_walk_the_solutions(browser: Any, tmp_path: Path) -> None:
    trace = synthetic_trace(8, 4)
    page, errors = open_report(browser, tmp_path, trace)
    t, n = trace.node(data_of(to_html(trace))["run"]["selected"])
    assert page.inner_text("#where") == f"Step {t + 1} · particle {n}"
    assert page.locator("#path li").count() == len(trace.solution(t, n))
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#where") == f"Step {t} · particle {trace.ancestors[t - 1, n]}"
    page.locator("#path button").first.click()
    assert page.inner_text("#where").startswith("Step 1 · ")
    page.evaluate("document.getElementById('genealogy').emit('plotly_click', {points: [{customdata: 9}]})")
    assert page.inner_text("#where") == "Step 2 · particle 1"
    page.locator("[data-event='0']").click()
    assert "Resampling after step 1" in page.inner_text("section:has(#resampling)")
    page.emulate_media(color_scheme="dark")
    assert errors == []


@pytest.mark.browser
def test_hostile_texts_do_not_run(browser: Any, tmp_path: Path) -> None:
    page, errors = open_report(browser, tmp_path, hostile_trace())
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert HOSTILE.replace(" * ", " × ") in page.inner_text("h1")  # mathematics is set as such
    assert errors == []


@pytest.mark.browser
def test_a_run_without_a_step_opens(browser: Any, tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    page, errors = open_report(browser, tmp_path, recorder.trace())
    assert "No step yet" in page.inner_text("body")
    assert errors == []


@pytest.mark.browser
def test_a_report_plays_its_run_and_shows_where_one_pauses(browser: Any, tmp_path: Path) -> None:
    page, errors = open_report(browser, tmp_path, synthetic_trace(8, 4))
    assert page.inner_text(".replay-place") == "Step 4 of 4 · end"
    page.keyboard.press("Home")
    assert page.inner_text(".replay-place") == "Start"
    page.keyboard.press("Shift+ArrowRight")
    assert page.inner_text(".replay-place") == "Step 1 of 4 · select"
    assert "Resampling after step 1" in page.inner_text("section:has(#resampling)")
    assert page.locator("#path li.later").count() == page.locator("#path li").count() - 1
    page.locator("[data-phase=score]").click()
    assert page.inner_text(".replay-said").startswith("The reward model scores each: 0.")
    page.evaluate("pfvizReplay.seek(3)")
    page.evaluate("pfvizReplay.speed = 8")
    page.keyboard.press("Space")
    page.wait_for_function("() => !pfvizReplay.playing && pfvizReplay.position === 4")
    assert errors == []


def test_a_report_of_no_step_has_nothing_to_play() -> None:
    recorder = Recorder()
    recorder.record(next(iter(synthetic_events())))
    assert 'class="transport"' not in body(to_html(recorder.trace()))
