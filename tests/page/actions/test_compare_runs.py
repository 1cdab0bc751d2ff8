"""What a visitor does in the view "Compare", over the fake pair."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from pfviz.comparison.comparison import MAX_RUNS
from pfviz.errors import ModelError
from pfviz.page.actions import compare_runs
from pfviz.page.render import compare_view
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.serving.scheduler import Queued
from pfviz.page.state.visits import RunHandle, Visit
from pfviz.trace.json_file import save
from tests.browser.fake_pair import HOSTILE, FakeEngine
from tests.comparison.runs import make_run
from tests.sweeps import gibbs


class Engine(FakeEngine):
    """Offers its own pair by name, as the page of a real pair does."""

    def __init__(self) -> None:
        super().__init__(pace=0)
        self.menu = AnyPair({}, True)


class AnyPair(ModelMenu):
    def check_allowed(self, generator: str | None, reward: str | None) -> None:
        if "foreign" in str(generator):
            raise ModelError(f"This page does not run the generator {generator!r}.")


def shown_run(**settings: Any) -> Visit:
    visit = Visit()
    visit.show_trace(make_run(**settings))
    return visit


def methods(visit: Visit) -> list[str]:
    return [trace.method for trace in visit.compare.traces]


def test_one_click_sets_this_run_against_its_rivals_and_shows_each_when_it_is_done() -> None:
    visit = shown_run()
    told = list(compare_runs.start_rivals(Engine(), visit))
    assert methods(visit) == ["particle_filtering", "best_of_n", "dvts"]
    assert {(t.seed, t.problem, t.particles, t.truth) for t in visit.compare.traces} == {
        (3, "Compute 10 + 10", 8, "20")
    }
    counts = [values["compare_cards"].count("<li") for values in told if "compare_cards" in values]
    assert counts == [1, 2, 3]
    assert told[0]["compare_running"] is True
    assert any("DVTS: step 2" in values.get("compare_progress", "") for values in told)
    assert "Done: 2 of 2 rivals" in told[-2]["compare_progress"]
    assert told[-1] == {"compare_running": False}
    assert visit.run is None
    assert visit.trace is visit.compare.traces[0]  # "This run" is left alone


def test_rivals_that_are_there_are_not_made_again() -> None:
    visit = shown_run()
    list(compare_runs.start_rivals(Engine(), visit))
    (again,) = compare_runs.start_rivals(Engine(), visit)
    assert "here already" in again["compare_note"]
    assert len(visit.compare.traces) == 3


def test_stopped_rivals_leave_those_that_are_done() -> None:
    visit = shown_run()
    lines = []
    for values in compare_runs.start_rivals(Engine(), visit):
        lines.append(values.get("compare_progress", ""))
        if "DVTS: step 2" in lines[-1]:
            visit.compare.stop_job()
    assert "Stopped: 1 of 2 rivals" in "".join(lines)
    assert methods(visit) == ["particle_filtering", "best_of_n"]
    assert visit.compare.job is None


def test_a_closed_tab_ends_its_rivals() -> None:
    visit = shown_run()
    told = compare_runs.start_rivals(Engine(), visit)
    while len(visit.compare.traces) < 2:
        next(told)
    job = visit.compare.job
    visit.leave()
    assert job is not None
    assert job.is_set()
    told.close()  # type: ignore[attr-defined]
    assert visit.compare.job is None


def test_a_cleared_view_is_not_filled_by_rivals_that_were_on_their_way() -> None:
    visit = shown_run()
    told = compare_runs.start_rivals(Engine(), visit)
    while len(visit.compare.traces) < 2:
        next(told)
    assert compare_runs.clear(visit)["compare_empty"] == compare_view.empty_view()
    assert not any("compare_cards" in values for values in told)
    assert visit.compare.traces == []


@pytest.mark.parametrize("trace", [None, "running"])
def test_without_a_run_that_is_over_it_is_said_what_to_do(trace: str | None) -> None:
    visit = Visit()
    if trace:
        visit.run, visit.trace = RunHandle(), make_run()
    for values in (compare_runs.add_current_run(visit), *compare_runs.start_rivals(Engine(), visit)):
        assert ("goes on" if trace else "Press Run") in values["compare_note"]
        assert values["compare_empty"]
    assert not visit.compare.traces


def test_what_a_file_names_is_not_loaded_and_no_more_particles_run_than_the_form_takes() -> None:
    for trace, why in (
        (dataclasses.replace(make_run(), generator="foreign/model"), "does not run the models"),
        (gibbs(iterations=20, particles=9), "at most 64"),
    ):
        visit, engine = Visit(), Engine()
        visit.show_trace(trace)
        (values,) = compare_runs.start_rivals(engine, visit)
        assert why in values["compare_note"]
        assert not engine.asked


def test_waiting_is_told_and_a_failure_becomes_a_sentence() -> None:
    class Busy(Engine):
        def stream(self, problem: Any, **settings: Any) -> Any:
            yield Queued(3)
            raise RuntimeError("the model fails")

    visit = shown_run()
    told = list(compare_runs.start_rivals(Busy(), visit))
    assert any("waiting, 3 in the queue" in values.get("compare_progress", "") for values in told)
    assert "RuntimeError" in told[-2]["compare_progress"]
    assert told[-1] == {"compare_running": False}
    assert methods(visit) == ["particle_filtering"]


def test_six_runs_are_held_each_once_and_can_be_removed() -> None:
    visit = Visit()
    for seed in (*range(MAX_RUNS), 2):
        visit.show_trace(make_run(seed=seed))
        values = compare_runs.add_current_run(visit)
    assert "was here already" in values["compare_note"]
    visit.show_trace(make_run(seed=9))
    assert "6 runs are compared at most" in compare_runs.add_current_run(visit)["compare_note"]
    (refused,) = compare_runs.start_rivals(Engine(), visit)
    assert "room for 0" in refused["compare_note"]
    for sent in ({"remove": 1}, {"remove": 77}, {"remove": "x"}, {}):
        compare_runs.remove(visit, sent)
    assert [trace.seed for trace in visit.compare.traces] == [0, 2, 3, 4, 5]


def test_files_come_in_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "<b>bad.json"
    save(make_run("dvts"), good)
    bad.write_text("{}", encoding="utf-8")
    visit = Visit()
    values = compare_runs.add_files(visit, [str(good), str(bad)])
    assert methods(visit) == ["dvts"]
    assert "&lt;b&gt;bad.json was left out" in values["compare_note"]


def test_a_click_opens_a_run_with_its_particle_and_a_false_one_opens_nothing() -> None:
    visit = Visit()
    visit.compare.add([make_run(), make_run("dvts"), gibbs()])
    values = compare_runs.open_run(visit, {"run": 1})
    assert visit.trace is visit.compare.traces[1]
    assert values["genealogy"]
    uid = int(visit.compare.traces[0].uids[1, 2])
    compare_runs.open_run(visit, {"point": f"0 0 {uid}"})
    assert (visit.trace, visit.selected) == (visit.compare.traces[0], uid)
    compare_runs.open_run(visit, {"point": f"2 1 {int(visit.compare.traces[2].sweeps[1].uids[0, 1])}"})
    assert visit.sweep == 1
    for sent in ({"run": 9}, {"run": -1}, {"point": "0 0 99999"}, {"point": "0 7 1"}, {"point": "<b>"}, {}):
        assert compare_runs.open_run(visit, sent) == {}
    assert len(visit.compare.traces) == 3


def test_different_problems_are_said_and_words_of_files_are_escaped() -> None:
    visit = Visit()
    hostile = dataclasses.replace(make_run("dvts"), problem=HOSTILE, reward=HOSTILE, method=HOSTILE, generator=HOSTILE)
    visit.compare.add([make_run(), hostile])
    values = compare_view.render_parts(visit.compare)
    assert "different problems" in values["compare_note"]
    for name in ("compare_note", "compare_cards", "compare_table"):
        assert "<script" not in values[name]
        assert "<img" not in values[name]
    assert "&lt;script&gt;" in values["compare_table"]
    assert "different problems" not in compare_runs.remove(visit, {"remove": 1})["compare_note"]
