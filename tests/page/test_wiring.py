"""Values by name become updates of the right components."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from pfviz.page import build_page, controls, layout, runs, views, wiring
from pfviz.page.offer import Offer
from pfviz.page.sessions import Visit
from tests.browser.fake_pair import FakeEngine


@pytest.fixture(scope="module")
def parts() -> layout.Parts:
    with gr.Blocks():
        return layout.build(Offer.of({"PFVIZ_ANY_MODEL": "1"}))


def test_every_value_of_a_run_has_a_part_that_is_an_output(parts: layout.Parts) -> None:
    outputs = {parts[name] for name in wiring.OUTPUTS}
    form: dict[str, Any] = {"problem": "1 + 2", **controls.DEFAULTS, "particles": 4}
    for values in runs.start(FakeEngine(pace=0), Visit(), form):
        assert wiring.updates(parts, values).keys() <= outputs
    (refused,) = runs.start(FakeEngine(), Visit(), form | {"problem": "", "seed": "x"})
    assert wiring.updates(parts, refused).keys() <= outputs


def test_nothing_to_show_is_skipped(parts: layout.Parts) -> None:
    assert wiring.updates(parts, {}) == gr.skip()


def test_a_new_run_clears_the_pictures(parts: layout.Parts) -> None:
    found = wiring.updates(parts, {"clear": True, "hero": False, "progress": "…"})
    assert all(found[parts[name]] == "" for name in views.PANES)
    assert found[parts["hero"]] == ""
    assert found[parts["progress"]] == "…"
    assert found[parts["save_json"]]["interactive"] is False


def test_run_and_stop_take_turns(parts: layout.Parts) -> None:
    for running in (True, False):
        found = wiring.updates(parts, {"running": running})
        assert found[parts["run"]]["interactive"] is not running
        assert found[parts["stop"]]["interactive"] is running


def test_warming_up_runs_both_reward_models_and_leaves_no_visit() -> None:
    asked: list[str] = []

    class Asked(FakeEngine):
        def stream(self, problem: str, **settings: Any) -> Any:
            asked.append(settings["reward"])
            return super().stream(problem, **settings)

    page = build_page(Asked(pace=0))
    page.warm()
    assert asked == ["embedded", "naive"]
    assert page.visits.running() == 0
