"""The page says the worst of what went wrong in one sentence, the rest a click away, and nothing of a good run."""

from __future__ import annotations

import dataclasses

from pfviz.page.render.run.health import health_note
from tests.diagnostics.test_health import HEALTHY, SICK, change


def test_a_good_run_has_no_note() -> None:
    assert health_note(change()) == ""


def test_the_worst_stands_first_and_the_others_in_a_fold() -> None:
    one = health_note(SICK["lowest effective sample size"])
    assert "<details" not in one
    assert "mild" in one
    assert "raise “Tau”" in one
    both = dataclasses.replace(SICK["unfinished"], ess=SICK["lowest effective sample size"].ess)
    told = health_note(both)
    assert told.index("raise “Max steps”") < told.index("raise “Tau”")
    assert "1 more" in told


def test_an_answer_that_is_doubted_already_is_not_doubted_again() -> None:
    assert "0.3" in health_note(SICK["low rewards"])
    assert "0.3" not in health_note(SICK["low rewards"], doubted=True)


def test_an_answer_of_a_model_is_text() -> None:
    hostile = "<script>alert(1)</script>"
    texts = [*HEALTHY.texts[:-1], [f"\\boxed{{{hostile}{n}}}" for n in range(16)]]
    trace = dataclasses.replace(SICK["divided answer"], texts=texts)
    assert "<script>" not in health_note(trace)
