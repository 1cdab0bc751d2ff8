"""What the server holds of a visitor is of one size, however often a visitor presses Run, and is gone with the tab."""

from __future__ import annotations

import gc
import weakref

import gradio as gr
import pytest
from gradio.routes import App
from gradio.state_holder import SessionState

from pfviz.page import Page, build_page
from pfviz.page.actions import runs
from pfviz.page.forms import run_form
from tests.browser.fake_pair import FakeEngine
from tests.coroutines import run_coroutine


@pytest.fixture(scope="module")
def page() -> Page:
    made = build_page(FakeEngine(pace=0))
    App.create_app(made)
    return made


def test_parts_that_are_shown_and_skipped_in_turn_leave_nothing_in_the_session(page: Page) -> None:
    run = next(fn for fn in page.fns.values() if fn.api_name == "press_run")
    state = SessionState(page)
    blocks, values = len(state.blocks_config.blocks), len(state.config_values)
    for _ in range(3):
        run_coroutine(page.postprocess_data(run, [gr.skip()] * len(run.outputs), state))
        run_coroutine(page.postprocess_data(run, [""] * len(run.outputs), state))
    assert (len(state.blocks_config.blocks), len(state.config_values)) == (blocks, values)


def test_every_event_is_such_but_those_that_hand_out_a_file_or_tell_of_a_reload(page: Page) -> None:
    kept = [fn for fn in page.fns.values() if fn.postprocess and fn.outputs and fn.fn is not None]
    assert {type(part) for fn in kept for part in fn.outputs} == {gr.DownloadButton, gr.State}
    (tells_of_a_reload,) = [fn for fn in kept if isinstance(fn.outputs[0], gr.State)]
    assert len(tells_of_a_reload.outputs) == 1


def test_a_closed_tab_leaves_neither_its_runs_nor_the_values_of_its_parts(page: Page) -> None:
    found = []
    for seed in range(2):
        visit = page.visits.get("tab")
        for _ in runs.start(
            page.engine, visit, {**run_form.DEFAULTS, "problem": "1 + 2", "particles": 2, "seed": seed}
        ):
            pass
        found.append(weakref.ref(visit.trace))
    found += [weakref.ref(visit), weakref.ref(page.state_holder["tab"])]
    del visit
    gc.collect()
    assert [ref() is None for ref in found[:2]] == [True, False]  # only the last run is shown
    page.leave(gr.Request(session_hash="tab"))
    gc.collect()
    assert [ref() for ref in found] == [None] * 4
