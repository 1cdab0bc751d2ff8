"""The models of this process behind the page: what is checked, loaded and run, in that order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pfviz.api import Prepared
from pfviz.errors import ModelError, ProblemError, SettingError
from pfviz.inference.events import RunEnded, RunStarted
from pfviz.lab.probes import questions
from pfviz.models import registry
from pfviz.page.serving.engine import SharedEngine
from pfviz.page.serving.model_loading import ModelLoading
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.serving.scheduler import Queued, Scheduler
from pfviz.resources import weights_dir
from tests.page.probing import ANY, FIRST, LISTED, small_run
from tests.traces import synthetic_trace


def go_on() -> bool:
    return False


def listed_only() -> SharedEngine:
    return SharedEngine(ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"}))


@pytest.mark.parametrize(
    "names",
    [
        {"generator": "somebody/huge"},
        {"generator": "endpoint:lab"},
        {"generator": "http://lab/model"},
        {"reward": "../secrets"},
        {"reward": "endpoint:prm"},
    ],
    ids=str,
)
def test_a_trace_cannot_make_the_page_load_or_call_what_it_names(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("generator", "reward"):
        monkeypatch.setattr(registry, f"get_{kind}", lambda name: pytest.fail(f"loaded {name}"))
    trace = replace(synthetic_trace(4, 3), **{"generator": "embedded", "reward": "embedded"} | names)
    with pytest.raises(ModelError, match="This page does not run the"):
        listed_only().resume(trace, stop=go_on)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"tau": "-1"}, SettingError),
        ({"method": "luck"}, SettingError),
        ({"problem": ""}, ProblemError),
        ({"problem": "the integral of x"}, ProblemError),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_before_anything_is_loaded(
    settings: dict[str, Any], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("generator", "reward"):
        monkeypatch.setattr(registry, f"get_{kind}", lambda name: pytest.fail(f"loaded {name}"))
    given = {"problem": "1 + 2", **settings}
    with pytest.raises(error):
        list(listed_only().stream(given.pop("problem"), stop=go_on, **given))


@pytest.mark.parametrize(
    ("problem", "given", "known"),
    [
        ("Compute (12 + 7) * 3 - 45", None, "12"),
        ("Compute (12 + 7) * 3 - 45", "13", "13"),
        ("Solve 3x + 5 = 20", None, "5"),
        ("Mia has 12 marbles. She buys 3 bags of 5 marbles. How many marbles does she have?", None, None),
    ],
)
def test_the_truth_of_a_run_is_what_was_given_or_can_be_worked_out(
    problem: str, given: str | None, known: str | None
) -> None:
    """Answers are then marked without anything to type; what a story asks only its template knows."""
    told = listed_only().stream(problem, stop=go_on, truth=given, particles=2, max_steps=1, seed=1)
    started = next(item for item in told if isinstance(item, RunStarted))
    assert started.truth == known


def test_models_that_are_typed_arrive_and_run() -> None:
    registry.unload_models()
    folders = weights_dir()
    asked = {"generator": str(folders / "generator"), "reward": str(folders / "reward")}
    told = list(SharedEngine().stream("1 + 2", stop=go_on, particles=2, **asked))
    waited = [item for item in told if isinstance(item, ModelLoading | Queued)]
    events = told[len(waited) :]
    assert isinstance(events[0], RunStarted)
    assert (events[0].generator, events[0].reward) == (asked["generator"], asked["reward"])
    assert isinstance(events[-1], RunEnded)
    assert registry.is_loaded(asked["generator"], asked["reward"])
    registry.unload_models()


def test_a_model_that_does_not_load_is_told_to_who_waits(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model in"):
        list(SharedEngine().stream("1 + 2", stop=go_on, generator=str(tmp_path), reward="embedded"))


def test_a_run_waits_for_the_one_before_it() -> None:
    engine = SharedEngine(shares=Scheduler(at_once=1))
    first = engine.stream("1 + 2", stop=go_on, particles=2)
    while not isinstance(next(first), RunStarted):
        pass
    second = engine.stream("2 + 3", stop=go_on, particles=2)
    assert next(second) == Queued(1)
    assert isinstance(list(first)[-1], RunEnded)
    assert isinstance(next(second), RunStarted)
    assert isinstance(list(second)[-1], RunEnded)


def test_a_run_that_is_stopped_while_it_waits_has_no_events() -> None:
    engine = SharedEngine(shares=Scheduler(at_once=1))
    first = engine.stream("1 + 2", stop=go_on, particles=2)
    next(first)
    stopped = [False]
    second = engine.stream("2 + 3", stop=lambda: stopped[0], particles=2)
    assert next(second) == Queued(1)
    stopped[0] = True
    assert list(second) == []
    assert isinstance(list(first)[-1], RunEnded)


class Elsewhere:
    """What of ZeroGPU the engine asks."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.threads: list[int] = []

    def start(self, prepared: Prepared, **_: Any) -> Iterator[Any]:
        self.ran.append(prepared.names[0])
        return iter(["an event"])

    def play_cuda(self) -> bool:
        self.threads.append(threading.get_ident())
        return True


@pytest.mark.parametrize(("generator", "there"), [("embedded", False), ("folder", True)])
def test_on_zero_gpu_only_published_models_ask_for_one(
    generator: str, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.unload_models()
    name = str(weights_dir() / "generator") if generator == "folder" else generator
    elsewhere = Elsewhere()
    monkeypatch.setattr("pfviz.page.serving.engine.zerogpu.is_active", lambda: True)
    monkeypatch.setattr("pfviz.page.serving.engine.zerogpu.start", elsewhere.start)
    monkeypatch.setattr("pfviz.page.serving.engine.zerogpu.emulate_cuda", elsewhere.play_cuda)
    told = list(SharedEngine().stream("1 + 2", stop=go_on, particles=2, generator=name))
    assert ("an event" in told) is there
    assert elsewhere.ran == [name] * there
    # On the thread that loads, and on no other: a thread that plays CUDA would put the embedded pair there.
    assert len(elsewhere.threads) == there
    assert threading.get_ident() not in elsewhere.threads
    registry.unload_models()


@pytest.mark.parametrize("names", [{"generator": "somebody/huge"}, {"generator": "endpoint:lab"}], ids=str)
def test_a_trace_cannot_have_what_it_names_asked(names: dict[str, str]) -> None:
    question = questions.ValueTreeQuestion(replace(small_run(), **names), 128)
    with pytest.raises(ModelError, match="This page does not run the"):
        next(SharedEngine(LISTED).ask(question, stop=go_on))
    with pytest.raises(ModelError, match="This page does not run the"):
        next(SharedEngine(LISTED).ask(questions.RescoreQuestion(small_run(), "../secrets"), stop=go_on))


def test_questions_wait_in_the_line_of_runs() -> None:
    engine = SharedEngine(LISTED, Scheduler(at_once=1))
    first = engine.stream("1 + 2", stop=go_on, particles=2)
    while isinstance(next(first), Queued):
        pass
    second = engine.ask(questions.OcclusionQuestion(small_run(), FIRST, "naive"), stop=go_on)
    assert next(second) == Queued(1)
    list(first)
    assert list(second)


def test_only_the_model_that_is_asked_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    question = questions.RescoreQuestion(small_run(), "oracle")
    monkeypatch.setattr(registry, "get_generator", lambda name: pytest.fail(f"loaded {name}"))
    assert list(SharedEngine(LISTED).ask(question, stop=go_on))


def test_on_zero_gpu_models_that_need_one_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.page.serving.engine.zerogpu.is_active", lambda: True)
    with pytest.raises(ModelError, match="lends its GPU for runs only"):
        next(SharedEngine(ANY).ask(questions.RescoreQuestion(small_run(), "somebody/prm"), stop=go_on))
    assert list(SharedEngine(ANY).ask(questions.RescoreQuestion(small_run(), "oracle"), stop=go_on))
