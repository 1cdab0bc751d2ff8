"""The visitor says which answer is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.diagnostics.truth import RIGHT, WRONG, truth
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.actions import navigate
from pfviz.page.render.reward import reward_tab
from pfviz.page.render.run import mark_answer
from pfviz.page.state.visits import Visit
from pfviz.trace import dumps
from tests.page.render.run.test_inspector import Seen, poisoned
from tests.sweeps import gibbs
from tests.traces import synthetic_trace

RIDDLE = synthetic_trace(truth=None, problem="A riddle")
FIRST = RIDDLE.answers.rows[0]


def visiting(trace=RIDDLE, question: str = "deaths") -> Visit:
    return Visit(trace=trace, tab="check", question=question)


@pytest.mark.parametrize("question", reward_tab.NEEDS_TRUTH)
def test_the_answers_of_a_run_whose_truth_nobody_knows_are_there_to_choose_from(question: str) -> None:
    told = navigate.redraw(visiting(question=question))["told"]
    assert "Which answer is right?" in told
    for row in RIDDLE.answers.rows[: mark_answer.MAX_ANSWERS]:
        assert f'data-mark="{row.canonical}"' in told


def test_where_the_truth_is_known_nobody_is_asked() -> None:
    for trace in (synthetic_trace(), synthetic_trace(truth=None)):  # the second is worked out
        visit = visiting(trace)
        assert "data-mark" not in navigate.redraw(visit)["told"]
        navigate.select(visit, {"mark": FIRST.canonical})
        assert visit.trace is trace


def test_the_marked_answer_is_the_truth_of_everything_that_is_shown() -> None:
    visit = visiting()
    assert truth(RIDDLE).source == "nothing"
    navigate.select(visit, {"mark": FIRST.canonical})
    assert visit.trace is not None
    assert dumps(visit.trace) == dumps(replace(RIDDLE, truth=FIRST.canonical)), "nothing else has changed"
    known = truth(visit.trace).answers
    assert set(known[list(FIRST.members)]) == {RIGHT}
    assert (known == WRONG).any()
    shown = navigate.redraw(visit)
    assert f"You marked <b>{FIRST.canonical}</b> as right" in shown["told"]
    assert "Right lineages" in shown["told"]


def test_a_mark_can_be_changed_and_taken_back() -> None:
    visit = visiting()
    navigate.select(visit, {"mark": FIRST.canonical})
    navigate.select(visit, {"rule": {"mark": " 77 "}})  # typed into the field
    assert visit.trace is not None
    assert visit.trace.truth == "77"
    navigate.select(visit, {"mark": ""})
    assert dumps(visit.trace) == dumps(RIDDLE)
    assert "Which answer is right?" in navigate.redraw(visit)["told"]


def test_values_under_another_truth_are_forgotten() -> None:
    visit = visiting(question="worth")
    navigate.select(visit, {"mark": FIRST.canonical})
    answers = visit.probe_state.for_sweep(0)
    answers.add_values(RIDDLE, PrefixValue((0,), 0.5, 3, 8))
    assert answers.measured_values
    navigate.select(visit, {"mark": "77"})
    assert not answers.measured_values


def test_every_sweep_has_the_marked_truth() -> None:
    run = replace(gibbs(), truth=None, problem="A riddle")
    run = replace(run, earlier=tuple(replace(one, truth=None, problem="A riddle") for one in run.earlier))
    visit = visiting(run)
    navigate.select(visit, {"mark": "12"})
    assert visit.trace is not None
    assert {one.truth for one in visit.trace.sweeps} == {"12"}


def test_while_a_run_goes_on_nothing_can_be_marked_and_another_run_forgets_the_mark() -> None:
    visit = visiting()
    run = visit.begin_run()
    assert "data-mark" not in navigate.redraw(visit)["told"]
    navigate.select(visit, {"mark": FIRST.canonical})
    assert visit.trace is RIDDLE
    visit.end_run(run)
    navigate.select(visit, {"mark": FIRST.canonical})
    assert visit.marked
    visit.show_trace(RIDDLE)
    assert not visit.marked


@pytest.mark.parametrize("sent", [None, 12, ["12"], {"a": 1}, "x" * 201])
def test_what_is_no_answer_marks_nothing(sent: object) -> None:
    visit = visiting()
    navigate.select(visit, {"mark": sent})
    assert visit.trace is RIDDLE
    assert not visit.marked


def test_answers_of_a_model_are_escaped_when_they_are_offered_and_marked() -> None:
    riddle = replace(poisoned(), truth=None, ends=RIDDLE.ends)
    hostile = "\\boxed{<img src=x onerror=alert(1)>}"
    riddle = replace(riddle, texts=[[hostile for _ in row] for row in riddle.texts])
    assert riddle.answers.rows
    visit = visiting(riddle)
    for sent in (None, {"mark": riddle.answers.rows[0].canonical}):
        if sent:
            navigate.select(visit, sent)
            assert visit.marked
        seen = Seen(navigate.redraw(visit)["told"])
        assert "img" not in seen.tags
        assert not {name for name in seen.attributes if name.startswith("on")}
