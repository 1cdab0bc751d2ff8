"""A run that a program asks for goes the way of the page's own, under its limits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import ModelError, PfvizError, ProblemError, SettingError
from pfviz.models.registry import usual_settings
from pfviz.page.endpoints.documents import RunUpdate
from pfviz.page.endpoints.run_keeper import RecentRuns, StoreKeeper
from pfviz.page.endpoints.start_run import read_fields, resume_run, start_run
from pfviz.page.serving.model_loading import ModelLoading
from pfviz.page.serving.scheduler import Queued, Scheduler
from pfviz.store import Store
from pfviz.trace.json_file import dumps, loads
from tests.browser.fake_pair import FakeEngine
from tests.traces import synthetic_trace

PROBLEM = {"problem": "Compute 2 + 3 * 4", "particles": 4, "seed": 3}


def run(engine: FakeEngine | None = None, library: RecentRuns | None = None, **given: Any) -> list[RunUpdate]:
    told = start_run(
        engine or FakeEngine(pace=0), library or RecentRuns(), PROBLEM | given, "trace", stop=threading.Event().is_set
    )
    return list(told)


def test_it_tells_its_progress_and_ends_with_the_run() -> None:
    library = RecentRuns()
    *before, last = run(library=library)
    assert {update["status"] for update in before} == {"running"}
    assert [update["step"] for update in before] == sorted(update["step"] for update in before)
    assert all(update["result"] is None for update in before)
    assert last["status"] == "finished"
    result = last["result"]
    assert result is not None
    trace = loads(result["trace"])
    assert (trace.answer, trace.particles, trace.seed) == (result["answer"], 4, 3)
    assert library.load(result["run"]).answer == trace.answer
    assert sum(row["weight"] for row in result["answers"]) == pytest.approx(1)


def test_what_the_page_refuses_is_refused() -> None:
    for given, words in (
        ({"problem": ""}, "problem: The problem is empty"),
        ({"particles": 10**6}, "must lie between"),
        ({"particles": "many"}, "particles"),
        ({"method": "magic"}, "Choose one of the methods"),
        ({"models": "endpoint:secret"}, "Choose one of the models"),
        ({"reward": "somebody.module:function"}, "Choose one of the reward models"),
        ({"models": "other", "generator": "http://169.254.169.254/", "typed_reward": "embedded"}, "generator"),
        ({"stop": 1}, "'stop' is no setting"),
    ):
        engine = FakeEngine(pace=0)
        with pytest.raises(SettingError, match=words):
            run(engine, **given)
        assert engine.asked == []  # nothing was begun
    with pytest.raises(ProblemError, match="integrals"):
        run(problem="Compute the integral")


def test_models_bring_their_usual_settings_unless_others_are_given() -> None:
    engine = FakeEngine()
    models, reward, usual = next(
        (models.name, name, found)
        for models in engine.menu.models.values()
        for name in models.rewards
        if (found := usual_settings(models.generator, name))
    )
    setting, chosen = next(iter(usual)), {**PROBLEM, "models": models, "reward": reward}
    known = read_fields(engine, chosen)
    plain = read_fields(engine, PROBLEM)
    assert str(known[setting]) == usual[setting] != str(plain[setting])
    assert read_fields(engine, {**chosen, setting: plain[setting]})[setting] == plain[setting]


def test_a_model_that_fails_is_a_sentence_and_what_it_did_is_kept() -> None:
    keeper = RecentRuns()
    with pytest.raises(ModelError, match=r"failed during the run \(RuntimeError\)") as failed:
        run(library=keeper, problem="failing 1 + 1")
    assert keeper.load(str(failed.value).rsplit(" ", 1)[1].rstrip(".")).steps == 1


def test_a_run_that_was_stopped_goes_on_to_the_same_end() -> None:
    engine, keeper = FakeEngine(pace=0), RecentRuns()
    whole = loads(run(engine, keeper)[-1]["result"]["trace"])  # type: ignore[index]
    *_, last = resume_run(engine, keeper, dumps(replace(whole.upto(2), status="stopped")), "trace", stop=lambda: False)
    assert last["result"] is not None
    assert last["result"]["answer"] == whole.answer
    assert loads(last["result"]["trace"]).texts == whole.texts
    with pytest.raises(SettingError, match="must lie between"):
        list(resume_run(engine, keeper, dumps(synthetic_trace(4096, 1)), "trace", stop=lambda: False))


def test_it_waits_in_the_line_of_the_page_and_says_where() -> None:
    class Waiting(FakeEngine):
        def stream(self, problem: Any, **settings: Any) -> Iterator[Any]:
            yield ModelLoading("a model")
            yield Queued(2)
            yield from super().stream(problem, **settings)

    first, second, *_ = run(Waiting(pace=0))
    assert (first["status"], second["status"], second["queue_place"]) == ("loading", "queued", 2)


def test_a_full_line_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.page.serving.scheduler.MAX_WAITING", 0)
    with pytest.raises(PfvizError, match="waiting already"):
        run(FakeEngine(pace=0, shares=Scheduler(1)))


def test_a_caller_who_leaves_stops_the_run() -> None:
    engine, stopped = FakeEngine(pace=0), threading.Event()
    told = start_run(engine, RecentRuns(), PROBLEM, "summary", stop=stopped.is_set)
    next(told)
    assert engine.shares.running_count() == 1
    told.close()  # type: ignore[attr-defined]
    assert engine.shares.running_count() == 0


def test_a_run_whose_caller_left_is_in_the_store_and_goes_on_there(tmp_path: Path) -> None:
    engine = FakeEngine(pace=0)
    with Store(tmp_path / "runs.sqlite") as store:
        keeper = StoreKeeper(store)
        told: Any = start_run(engine, keeper, PROBLEM, "summary", stop=lambda: False)
        for update in told:
            if update["step"] == 3:
                break
        told.close()
        (entry,) = store.entries()
        assert (entry.status, entry.steps >= 2) == ("interrupted", True)
        *_, last = resume_run(engine, keeper, entry.id, "summary", stop=lambda: False)
        assert last["result"] is not None
        assert last["result"]["run"] == entry.id
        assert [(one.id, one.status) for one in store.entries()] == [(entry.id, "finished")]
