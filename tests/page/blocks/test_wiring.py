"""Values by name become updates of the right components."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from pfviz.page import build_page
from pfviz.page.actions import runs
from pfviz.page.blocks import layout, wiring
from pfviz.page.forms import run_form
from pfviz.page.render.run import run_view
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.visits import Visit
from tests.browser.fake_pair import FakeEngine


@pytest.fixture(scope="module")
def parts() -> layout.Parts:
    with gr.Blocks():
        return layout.build(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"}))


def test_every_value_of_a_run_has_a_part_that_is_an_output(parts: layout.Parts) -> None:
    outputs = {parts[name] for name in wiring.OUTPUTS}
    form: dict[str, Any] = {"problem": "1 + 2", **run_form.DEFAULTS, "particles": 4}
    for values in runs.start(FakeEngine(pace=0), Visit(), form):
        assert wiring.gradio_updates(parts, values).keys() <= outputs
    (refused,) = runs.start(FakeEngine(), Visit(), form | {"problem": "\x07", "seed": "x"})
    assert wiring.gradio_updates(parts, refused).keys() <= outputs


def test_nothing_to_show_is_skipped(parts: layout.Parts) -> None:
    assert wiring.gradio_updates(parts, {}) == gr.skip()


def test_a_new_run_clears_the_pictures(parts: layout.Parts) -> None:
    found = wiring.gradio_updates(parts, {"clear": True, "hero": False, "progress": "…"})
    assert all(found[parts[name]] == "" for name in run_view.PANES)
    assert found[parts["hero"]] == ""
    assert found[parts["progress"]] == "…"
    assert found[parts["save_json"]]["interactive"] is False


def test_run_and_stop_take_turns(parts: layout.Parts) -> None:
    for running in (True, False):
        found = wiring.gradio_updates(parts, {"running": running})
        assert found[parts["run"]]["interactive"] is not running
        assert found[parts["stop"]]["interactive"] is running


def test_warming_up_runs_both_reward_models_and_leaves_no_visit() -> None:
    asked: list[str] = []

    class Asked(FakeEngine):
        def stream(self, problem: str, **settings: Any) -> Any:
            asked.append(settings["reward"])
            return super().stream(problem, **settings)

    page = build_page(Asked(pace=0))
    page.warm_up()
    assert asked == ["embedded", "naive"]
    assert page.visits.running_count() == 0
