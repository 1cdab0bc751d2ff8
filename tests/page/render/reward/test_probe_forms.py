"""The forms by which models are asked about a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pfviz.page.actions import navigate
from pfviz.page.render.reward import probe_forms, reward_tab
from pfviz.trace import Trace
from tests.page.probing import ANY, LISTED, small_run, visiting
from tests.sweeps import gibbs
from tests.traces import synthetic_trace


def test_rewards_to_choose_are_those_of_the_generator() -> None:
    names = [name for _, name in LISTED.rewards_for("embedded")]
    assert {"embedded", "naive", "oracle"} <= set(names)
    assert len(names) == len(set(names))
    assert LISTED.rewards_for("somebody/else") == []
    form = probe_forms.render_form(small_run(), "other", None, LISTED)
    assert 'value="embedded"' in form
    assert 'value="naive"' not in form  # the run's own
    assert 'name="typed"' not in form
    assert 'name="typed"' in probe_forms.render_form(small_run(), "other", None, ANY)


@pytest.mark.parametrize("question", reward_tab.MODEL_QUESTIONS)
@pytest.mark.parametrize(
    "make",
    [
        lambda: synthetic_trace(1, 1),
        lambda: small_run().upto(1),
        gibbs,
        lambda: replace(small_run(), ends=[["failed"] * 6, *small_run().ends[1:]]),
    ],
    ids=["1×1", "running", "sweeps", "failed"],
)
def test_each_question_has_a_form_for_every_run(question: str, make: Callable[[], Trace]) -> None:
    trace = make()
    for selected in (None, int(trace.uids[0, 0])):
        shown = navigate.redraw(visiting(question, trace, selected))
        assert f'data-asks="{question}"' in shown["rule"]
        assert "data-asked" in shown["questions"]
        assert shown["told"] or shown["check"]
