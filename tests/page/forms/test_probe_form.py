"""Questions to models are read from what a browser sends, which is not trusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pfviz.errors import LabError, PfvizError
from pfviz.page.actions import navigate
from pfviz.page.forms import probe_form
from tests.page.probing import ANY, FIRST, LISTED, small_run, visiting
from tests.traces import synthetic_trace


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "no such question"),
        ({"do": "grow"}, "no such question"),
        ({"do": "value", "rollouts": "100000"}, "Choose one of 16, 32, 64"),
        ({"do": "value", "rollouts": ["16"]}, "Choose one of"),
        ({"do": "tree", "budget": "-1"}, "Choose one of 128, 256, 512"),
        ({"do": "rescore", "reward": "../secrets"}, "in the list"),
        ({"do": "rescore", "typed": "http://lab/model"}, "models in the list"),
        ({"do": "words", "reward": "endpoint:prm"}, "in the list"),
        ({"do": "retell", "text": "x" * 3000}, "3000 characters"),
    ],
)
def test_what_a_browser_sends_is_not_trusted(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(PfvizError, match=said):
        probe_form.read_question(sent, small_run(), small_run(), FIRST, LISTED)


def test_without_a_run_a_selection_or_a_truth_it_says_what_to_do() -> None:
    riddle = replace(synthetic_trace(truth=None, problem="A riddle"))
    for sent, trace, selected, said in (
        ({"do": "value", "rollouts": "16"}, None, 0, "no run"),
        ({"do": "value", "rollouts": "16"}, small_run(), None, "Select a particle"),
        ({"do": "words"}, small_run(), 10**9, "Select a particle"),
        ({"do": "tree", "budget": "128"}, riddle, 0, "Mark the right one, or type it under More settings"),
    ):
        with pytest.raises(LabError, match=said):
            probe_form.read_question(sent, trace, trace, selected, LISTED)
    assert "Mark the right one" in navigate.redraw(visiting("worth", riddle))["told"]


def test_a_text_that_was_not_changed_leaves_the_recorded_step() -> None:
    text = small_run().texts[0][FIRST]
    assert probe_form.read_grow({"text": f"  {text}\r\n"}, small_run(), FIRST, 4).text is None
    assert probe_form.read_grow({"text": "1 + 1"}, small_run(), FIRST, 4).text == "1 + 1"


def test_a_reward_may_be_typed_where_any_model_is_taken() -> None:
    assert probe_form.read_reward({"typed": "oracle"}, small_run(), ANY) == "oracle"
