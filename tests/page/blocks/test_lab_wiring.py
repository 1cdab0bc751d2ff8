"""Values of the lab become updates of the right components."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from pfviz.page.actions import lab_runs
from pfviz.page.blocks import lab_wiring, layout, wiring
from pfviz.page.forms import run_form
from pfviz.page.render.lab import lab_view
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.visits import Visit
from tests.browser.fake_pair import FakeEngine


@pytest.fixture(scope="module")
def parts() -> layout.Parts:
    with gr.Blocks():
        return layout.build(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"}))


def test_every_value_of_a_batch_has_a_part_that_is_an_output(parts: layout.Parts) -> None:
    outputs = {parts[name] for name in lab_wiring.BATCH_OUTPUTS}
    visit = Visit()
    form: dict[str, Any] = {"problem": "", **run_form.DEFAULTS, "particles": 4}
    for values in lab_runs.start_batch(FakeEngine(pace=0), visit, form, 8):
        assert lab_wiring.lab_updates(parts).gradio_updates(values).keys() <= outputs
    for values in lab_runs.start_batch(FakeEngine(), visit, form | {"seed": "x"}, 8):
        assert lab_wiring.lab_updates(parts).gradio_updates(values).keys() <= outputs
    own = {parts[name] for name in lab_wiring.LAB_OUTPUTS}
    assert lab_wiring.lab_updates(parts).gradio_updates(lab_runs.add_current_run(visit)).keys() <= own
    opened = lab_wiring.lab_updates(parts).gradio_updates(lab_runs.select(visit, {"node": "0 0 1"}))
    assert opened.keys() <= own | {parts[name] for name in wiring.OUTPUTS}
    assert lab_wiring.lab_updates(parts).gradio_updates(lab_runs.clear(visit)).keys() <= own


def test_start_and_stop_take_turns_and_nothing_is_skipped(parts: layout.Parts) -> None:
    for running in (True, False):
        found = lab_wiring.lab_updates(parts).gradio_updates({"lab_running": running})
        assert found[parts["lab_start"]]["interactive"] is not running
        assert found[parts["lab_stop"]]["interactive"] is running
    assert lab_wiring.lab_updates(parts).gradio_updates({}) == gr.skip()


def test_what_can_be_saved_and_cleared_is_only_what_is_there(parts: layout.Parts) -> None:
    found = lab_wiring.lab_updates(parts).gradio_updates(lab_view.render_parts(Visit().lab))
    assert found[parts["lab_save"]]["interactive"] is False
    assert found[parts["lab_clear"]]["interactive"] is False
