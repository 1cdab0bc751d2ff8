"""A problem that is too much for the embedded pair is offered to a real one, which runs when its files have come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.models.hub import catalog, fetch, published
from pfviz.models.preset import VALUE_SETTINGS
from pfviz.page.actions import real_pair, runs
from pfviz.page.forms import run_form
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run.real_pair import explain_doubt
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.serving.model_fetch import FetchJobs
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.visits import Visit
from tests.browser.fake_pair import FakeEngine
from tests.traces import synthetic_trace

NEAR_MISS = "Mia has 12 marbles. She loses 3, which is a pity. How many marbles does she have?"
FORM: dict[str, Any] = {**run_form.DEFAULTS, "problem": "What is 15% of 80?"}
MENU = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
Download = Callable[..., Path]


class RealEngine(FakeEngine):
    """Invented runs of the models that are really listed; it keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__(pace=0)
        self.menu = MENU
        self.streamed: list[dict[str, Any]] = []

    def stream(self, problem: Any, **settings: Any) -> Any:
        self.streamed.append({"problem": getattr(problem, "text", problem), **settings})
        return super().stream("1 + 2", stop=settings["stop"], particles=settings["particles"])


@pytest.fixture
def visit() -> Visit:
    return Visit(probe_state=ProbeState(MENU))


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models whose files are here; a fetch adds one."""
    here: list[str] = []
    monkeypatch.setattr(published, "is_downloaded", lambda name: name in here)
    monkeypatch.setattr(fetch, "describe_model", lambda name: fetch.HubModel(name, (fetch.HubFile("weights", 10**9),)))
    return here


def press(engine: RealEngine, visit: Visit, form: dict[str, Any] = FORM) -> list[PartValues]:
    return list(real_pair.start(engine, FetchJobs(), visit, form))


def test_a_refused_problem_is_offered_with_what_it_takes(visit: Visit, files: list[str]) -> None:
    shown = list(runs.start(SharedEngine(MENU), visit, FORM))
    (offer,) = [values["offer"] for values in shown if values.get("offer")]
    for said in ("Run with the real pair", "Qwen/Qwen2.5-Coder-0.5B-Instruct", "1.0 GB to fetch", "GB of memory",
                 "8 particles take about", "Apache-2.0", "to download"):  # fmt: skip
        assert said in offer
    assert visit.offered_problem == FORM["problem"]


def test_a_run_of_a_near_miss_is_doubted_and_offered(visit: Visit, files: list[str]) -> None:
    shown = list(runs.start(SharedEngine(MENU), visit, FORM | {"problem": NEAR_MISS, "particles": 2}))
    assert "its answer may be wrong" in [values["offer"] for values in shown if "offer" in values][-1]
    assert "its answer may be wrong" in [values["answer"] for values in shown if values.get("answer")][-1]
    easy = list(runs.start(SharedEngine(MENU), visit, FORM | {"problem": "1 + 2", "particles": 4}))
    assert [values["offer"] for values in easy if "offer" in values][-1] == ""


def test_what_a_run_is_doubted_for() -> None:
    near = pfviz.run(NEAR_MISS, particles=2, seed=1)
    assert "Not all of this problem" in explain_doubt(near)
    assert "is wrong here" in explain_doubt(replace(near, truth="77"))
    assert explain_doubt(replace(near, truth=near.answer)) == ""
    assert explain_doubt(replace(near, generator="lab/other")) == ""
    assert explain_doubt(replace(near, status="stopped")) == ""
    strange = replace(synthetic_trace(particles=4, truth=None), generator="embedded", problem="1 + 2")
    assert explain_doubt(strange) == ""
    assert "has a reward of 0.3" in explain_doubt(replace(strange, rewards=strange.rewards * 0.1))


def test_it_runs_at_once_where_the_files_are(visit: Visit, files: list[str]) -> None:
    engine = RealEngine()
    visit.offered_problem = NEAR_MISS
    files += [card.id for card in catalog.PAIRS[catalog.REAL_PAIR].cards]
    shown = press(engine, visit)
    (asked,) = engine.streamed
    assert asked["problem"] == NEAR_MISS
    assert (asked["generator"], asked["reward"], asked["particles"]) == ("Qwen/Qwen2.5-Coder-0.5B-Instruct", "auto", 8)
    assert shown[0] == {
        "problem": NEAR_MISS, "models": catalog.REAL_PAIR, "reward": "auto", "particles": 8, "offer": "",
        **VALUE_SETTINGS,
    }  # fmt: skip
    assert VALUE_SETTINGS.items() <= asked.items()
    assert visit.trace is not None


def test_it_keeps_the_settings_that_were_set_by_hand(visit: Visit, files: list[str]) -> None:
    engine = RealEngine()
    files += [card.id for card in catalog.PAIRS[catalog.REAL_PAIR].cards]
    press(engine, visit, FORM | {"potential": "score"})
    assert dict(VALUE_SETTINGS, potential="score").items() <= engine.streamed[0].items()


def test_it_fetches_first_and_then_runs_by_itself(
    visit: Visit, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_pair, "POLL_SECONDS", 0.01)
    seen = threading.Event()

    def fetch_model(model: fetch.HubModel, *, show: Callable[[int], object], is_stopped: Any) -> None:
        show(400_000_000)
        assert seen.wait(10)
        files.append(model.name)

    monkeypatch.setattr(fetch, "fetch_model", fetch_model)
    engine, offers = RealEngine(), []
    for values in real_pair.start(engine, FetchJobs(), visit, FORM):
        offers += [values["offer"]] if "Fetching 0.40 of 1.00 GB" in values.get("offer", "") else []
        if offers:
            seen.set()
    assert "Stop fetching" in offers[0]
    assert len(engine.streamed) == 1


def test_files_that_come_while_another_run_is_looked_at_are_offered(
    visit: Visit, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch_model(model: fetch.HubModel, **_: Any) -> None:
        visit.trace = synthetic_trace(particles=2)
        files.append(model.name)

    monkeypatch.setattr(fetch, "fetch_model", fetch_model)
    engine = RealEngine()
    assert "The files have come." in press(engine, visit)[-1]["offer"]
    assert not engine.streamed


def test_nobody_who_waits_any_more_stops_the_fetch(
    visit: Visit, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_pair, "POLL_SECONDS", 0.01)
    stopped = threading.Event()

    def fetch_model(model: fetch.HubModel, *, show: Any, is_stopped: Callable[[], bool]) -> None:
        while not is_stopped():
            stopped.wait(0.01)
        stopped.set()
        raise fetch.FetchStoppedError("Stopped.")

    monkeypatch.setattr(fetch, "fetch_model", fetch_model)
    jobs, engine = FetchJobs(), RealEngine()
    other = jobs.join([card.id for card in catalog.PAIRS[catalog.REAL_PAIR].cards])
    shown = []
    for values in real_pair.start(engine, jobs, visit, FORM):
        shown.append(values)
        visit.stop_fetch()
    assert "Run with the real pair" in shown[-1]["offer"]
    assert not stopped.is_set()  # somebody else waits for the same files
    jobs.leave(other)
    assert stopped.wait(10)
    assert not engine.streamed


def test_without_a_hub_it_says_what_to_do(visit: Visit, files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch_model(model: fetch.HubModel, **_: Any) -> None:
        raise ModelError("The Hub does not answer.")

    monkeypatch.setattr(fetch, "fetch_model", fetch_model)
    said = press(RealEngine(), visit)[-1]["offer"]
    for part in ("The Hub does not answer.", "pfviz fetch real-0.5b --dir FOLDER", "PFVIZ_MODELS=FOLDER",
                 "--model PATH", "Try again"):  # fmt: skip
        assert part in said
