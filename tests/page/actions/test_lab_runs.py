"""What a visitor does in the lab, over the fake pair."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import ModelError
from pfviz.lab.selftest import selftest
from pfviz.page.actions import lab_runs
from pfviz.page.forms import run_form
from pfviz.page.render.lab import lab_view
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state.visits import Visit
from pfviz.problems.datasets import load_problems
from pfviz.trace.json_file import save
from tests.browser.fake_pair import FakeEngine
from tests.lab.diagnosed import runs

FORM: dict[str, Any] = {"problem": "", **run_form.DEFAULTS, "particles": 8, "reward": "naive"}


def engine() -> FakeEngine:
    return FakeEngine(pace=0)


def start(visit: Visit, **more: Any) -> Iterator[lab_view.PartValues]:
    return lab_runs.start_batch(engine(), visit, FORM, 8, **more)


def test_a_batch_runs_the_held_out_problems_and_ends_diagnosed() -> None:
    visit = Visit()
    told = list(start(visit))
    assert [trace.problem for trace in visit.lab.traces] == [
        problem.text for problem in load_problems(selftest.DATASET, 8)
    ]
    assert [trace.truth for trace in visit.lab.traces] == [
        problem.truth for problem in load_problems(selftest.DATASET, 8)
    ]
    assert [trace.seed for trace in visit.lab.traces] == list(range(8))
    assert {trace.method for trace in visit.lab.traces} == {"best_of_n"}
    assert {trace.particles for trace in visit.lab.traces} == {8}
    assert visit.lab.diagnosis is not None
    assert visit.lab.diagnosis.runs == 8
    assert "Done: 8 of 8 runs" in told[-2]["lab_progress"]
    assert told[1]["lab_running"] is True
    assert told[-1] == {"lab_running": False}
    assert visit.run is None  # "This run" is left alone


def test_a_batch_takes_the_problems_of_the_data_set_that_is_chosen_and_of_no_file() -> None:
    for dataset, taken in (("held-out", "held-out"), ("jsonl:/etc/passwd", selftest.DATASET), (None, selftest.DATASET)):
        visit = Visit()
        for _ in start(visit, dataset=dataset):
            pass
        assert [trace.problem for trace in visit.lab.traces] == [one.text for one in load_problems(taken, 8)]


def test_the_method_of_the_left_column_if_that_is_wanted_and_other_seeds_the_second_time() -> None:
    visit = Visit()
    for _ in start(visit):
        pass
    for _ in start(visit, own_method=True):
        pass
    assert [trace.seed for trace in visit.lab.traces] == list(range(16))
    assert {trace.method for trace in visit.lab.traces[8:]} == {"particle_filtering"}


def test_it_is_diagnosed_at_the_first_run_then_at_most_every_two_seconds_and_at_the_end() -> None:
    seconds = itertools.count(0, 0.25)  # each look at the clock takes a quarter of a second
    shown = [values for values in start(Visit(), clock=lambda: next(seconds)) if "lab_measures" in values]
    assert 2 <= len(shown) < 5
    assert ": 1 run of 1 problem" in shown[0]["lab_note"]
    assert ": 8 runs of 8 problems" in shown[-1]["lab_note"]
    slow = itertools.count(0, 100)
    often = [values for values in start(Visit(), clock=lambda: next(slow)) if "lab_measures" in values]
    assert len(often) < 8  # a diagnosis that takes long is made the more seldom


def test_a_stopped_batch_keeps_what_is_done() -> None:
    visit = Visit()
    for values in start(visit):
        if ">3 of 8 runs" in values.get("lab_progress", ""):
            visit.lab.stop_batch()
            last = values
        elif "lab_progress" in values:
            last = values
    assert "Stopped: 3 of 8 runs" in last["lab_progress"]
    assert visit.lab.diagnosis is not None
    assert visit.lab.diagnosis.runs == len(visit.lab.traces) == 3
    assert visit.lab.batch is None


def test_a_closed_tab_ends_its_batch() -> None:
    visit = Visit()
    told = start(visit)
    while not visit.lab.traces:
        next(told)
    batch = visit.lab.batch
    assert batch is not None
    visit.leave()
    assert batch.is_set()
    told.close()  # type: ignore[attr-defined]
    assert visit.lab.batch is None


def test_a_cleared_lab_is_not_filled_by_the_batch_that_was_going_on() -> None:
    visit = Visit()
    told = start(visit)
    while len(visit.lab.traces) < 2:
        next(told)
    assert lab_runs.clear(visit)["lab_empty"] == lab_view.empty_lab()
    rest = list(told)
    assert visit.lab.traces == []
    assert not any("lab_measures" in values for values in rest)


def test_what_is_wrong_with_the_form_is_said_and_nothing_runs() -> None:
    visit = Visit()
    errors, line = lab_runs.start_batch(engine(), visit, FORM | {"particles": 1000}, 8)
    assert "1000" in errors["error_particles"]
    assert "settings on the left" in line["lab_progress"]
    assert not visit.lab.traces


def test_waiting_is_told_and_a_failure_becomes_a_sentence() -> None:
    class Busy(FakeEngine):
        def stream(self, problem: str, **settings: Any) -> Any:
            yield Queued(3)
            raise RuntimeError("the model fails")

    visit = Visit()
    told = list(lab_runs.start_batch(Busy(), visit, FORM, 8))
    assert any("waiting, 3 in the queue" in values.get("lab_progress", "") for values in told)
    assert "RuntimeError" in told[-2]["lab_progress"]
    assert told[-1] == {"lab_running": False}
    assert visit.lab.batch is None


def test_a_batch_that_fails_keeps_what_is_done_and_says_what_is_wrong_in_it() -> None:
    class Tired(FakeEngine):
        def stream(self, problem: str, **settings: Any) -> Any:
            if len(self.asked) == 3:
                raise ModelError("60 runs are waiting already.")
            return super().stream(problem, **settings)

    visit = Visit()
    told = list(lab_runs.start_batch(Tired(pace=0), visit, FORM, 8, clock=lambda: 0.0))
    assert "60 runs are waiting" in told[-2]["lab_progress"]
    assert ": 3 runs of 3 problems" in told[-2]["lab_note"]
    assert told[-1] == {"lab_running": False}


def test_who_looks_at_another_reward_meanwhile_is_not_called_back() -> None:
    visit = Visit()
    visit.lab.add(runs(reward="other"))
    told = lab_runs.start_batch(engine(), visit, FORM, 8)
    while len(visit.lab.traces) < len(runs()) + 2:
        next(told)
    lab_runs.select(visit, {"reward": "other"})
    last = [values for values in told if "lab_measures" in values][-1]
    assert "<b>other</b>: 10 runs" in last["lab_note"]
    assert "8 runs under fake reward" in last["lab_note"]


def test_damaged_files_are_named_and_left_out(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad<i>.json"
    save(runs()[0], good)
    bad.write_text("{", encoding="utf-8")
    visit = Visit()
    first, last = lab_runs.add_files(visit, [str(bad), str(good), str(tmp_path / "none.json")])
    assert "Reading 3 files" in first["lab_progress"]
    assert "bad&lt;i&gt;.json was left out: " in last["lab_note"]
    assert "none.json was left out: " in last["lab_note"]
    assert str(tmp_path) not in last["lab_note"]
    assert "1 run of 1 problem" in last["lab_note"]
    assert len(visit.lab.traces) == 1


def test_this_run_is_added_when_there_is_one() -> None:
    visit = Visit()
    assert "no run yet" in lab_runs.add_current_run(visit)["lab_note"]
    visit.show_trace(runs()[2])
    assert "1 run of 1 problem" in lab_runs.add_current_run(visit)["lab_note"]
    assert "in the lab already" in lab_runs.add_current_run(visit)["lab_note"]


@pytest.fixture
def visit() -> Visit:
    found = Visit()
    found.lab.add(runs())
    found.lab.diagnose()
    return found


@pytest.mark.parametrize("kind", ["node", "point"])
def test_an_example_opens_its_run_and_the_lab_stays(visit: Visit, kind: str) -> None:
    before = visit.lab.diagnosis
    values = lab_runs.select(visit, {kind: "3 0 9"})
    assert visit.trace is runs()[3]
    assert visit.selected == 9
    assert '"selected":9' in values["genealogy"]
    assert visit.lab.diagnosis is before
    assert visit.lab.opened_node == (3, 0, 9)


def test_a_point_counts_the_runs_that_were_diagnosed(visit: Visit) -> None:
    visit.lab.traces.insert(0, runs(reward="other")[0])
    visit.lab.diagnose()
    lab_runs.select(visit, {"point": "3 0 9"})
    assert visit.trace is visit.lab.traces[4]


@pytest.mark.parametrize(
    "sent", [{}, {"node": "99 0 1"}, {"node": "0 5 1"}, {"node": "-1 0 1"}, {"node": "0 0 99999"}, {"node": "<b>"},
             {"node": None}, {"point": "50 0 1"}, {"point": [1, 2]}]
)  # fmt: skip
def test_what_names_no_particle_changes_nothing(visit: Visit, sent: dict[str, Any]) -> None:
    assert lab_runs.select(visit, sent) == {}
    assert visit.trace is None


def test_another_reward_can_be_looked_at(visit: Visit) -> None:
    visit.lab.add(runs(reward="other")[:2])
    values = lab_runs.select(visit, {"reward": "other"})
    assert "<b>other</b>: 2 runs" in values["lab_note"]
    assert "10 runs under synthetic" in values["lab_note"]
