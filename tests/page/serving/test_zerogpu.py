"""Runs in a process that plays ZeroGPU are those of this process, and models are loaded here."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pfviz import api
from pfviz.errors import ProblemError
from pfviz.inference.events import ParticlesSelected, RunEnded, RunStarted, SweepStarted, TokensDrafted
from pfviz.models import registry
from pfviz.models.rewards.function import FunctionReward
from pfviz.page.serving import gpu_seconds, zerogpu
from tests.page.serving import fake_spaces
from tests.page.serving.fake_spaces import FakeSpaces
from tests.page.serving.spaces_runs import PROBLEM, RUN, Stopper, comparable, never, recorded, resume, seconds, stream

ROOT = Path(__file__).parents[3]


def test_it_is_on_only_where_the_hardware_and_the_package_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, module in fake_spaces.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    for value, on in (("true", True), ("1", True), ("false", False), ("", False)):
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
        assert zerogpu.is_active() is on
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.delitem(sys.modules, "spaces")
    monkeypatch.setattr(sys, "path", [])
    assert zerogpu.is_active() is False


@pytest.mark.parametrize("method", ["particle_filtering", "parallel_tempering"])
def test_a_run_on_the_gpu_is_the_run_here(spaces: FakeSpaces, method: str) -> None:
    settings = {**RUN, "method": method, "iterations": 2, "chains": 2}
    there = recorded(stream(PROBLEM, stop=never, **settings))
    assert there.status == "finished"
    assert comparable(there) == comparable(recorded(api.stream(PROBLEM, **settings)))
    assert len(spaces.workers) == 1


@pytest.mark.parametrize(
    ("kind", "n"),
    [
        (TokensDrafted, 1),
        (TokensDrafted, 30),
        (ParticlesSelected, 1),
        (ParticlesSelected, 3),
        (ParticlesSelected, 6),
        (SweepStarted, 2),
    ],
)
def test_a_stopped_run_looks_like_one_that_was_stopped_here(spaces: FakeSpaces, kind: type, n: int) -> None:
    """Selected 3 is the last one of the first sweep, 6 that of the run: neither is a place where a run stops."""
    settings = {**RUN, "method": "particle_gibbs", "iterations": 2}
    kinds, asked = [], []
    for begin in (stream, api.stream):
        stop = Stopper(kind, n)
        kinds.append([repr(type(event)) for event in stop.watch(begin(PROBLEM, stop=stop, **settings))])
        asked.append(stop.asked)
    assert kinds[0] == kinds[1]
    assert asked[0] == asked[1]
    assert len(kinds[0]) > 2


def test_a_stopped_run_ends_in_the_other_process_too_and_goes_on_there(spaces: FakeSpaces) -> None:
    stop = Stopper(ParticlesSelected, 1)
    events = list(stop.watch(stream(PROBLEM, stop=stop, **RUN)))
    ended, selected = events[-1], next(event for event in events if isinstance(event, ParticlesSelected))
    assert isinstance(ended, RunEnded)
    assert ended.status == "stopped"
    assert ended.seconds >= selected.seconds
    assert len(spaces.idle) == 1
    cut = recorded(iter(events))
    assert cut.steps == 1
    whole = recorded(resume(cut, stop=never))
    assert comparable(whole) == comparable(recorded(api.stream(PROBLEM, **RUN)))
    assert whole.seconds[0] == cut.seconds[0]
    assert len(spaces.workers) == 1  # the same process took both


def test_the_clock_of_a_run_that_is_stopped_again_goes_on(spaces: FakeSpaces) -> None:
    cut = recorded(api.stream(PROBLEM, **RUN)).upto(1)
    cut = replace(cut, seconds=cut.seconds + 1000.0)
    stop = Stopper(ParticlesSelected, 1)
    ended = list(stop.watch(resume(cut, stop=stop)))[-1]
    assert isinstance(ended, RunEnded)
    assert ended.seconds > 1000


def test_a_visitor_who_leaves_ends_the_run_in_the_other_process(spaces: FakeSpaces) -> None:
    events = stream(PROBLEM, stop=never, **RUN)
    assert isinstance(next(events), RunStarted)
    events.close()  # type: ignore[attr-defined]
    assert len(spaces.idle) == 1


def test_the_seconds_asked_for_come_from_the_settings(spaces: FakeSpaces) -> None:
    small = {**RUN, "max_steps": 1, "max_step_tokens": 8}
    large = {**RUN, "method": "particle_gibbs", "particles": 3, "iterations": 2}
    for settings in (small, large):
        stop = Stopper(RunStarted, 1)
        cut = recorded(stop.watch(stream(PROBLEM, stop=stop, **settings)))
        assert spaces.asked.pop() == seconds(settings)
    next(resume(cut, stop=never))
    assert spaces.asked.pop() == seconds(large) > seconds(small)


def test_models_are_loaded_here_on_a_thread_that_plays_cuda_and_inherited(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []

    def load() -> FunctionReward:
        loaded.append((os.getpid(), threading.get_ident()))
        return FunctionReward(lambda problem, steps: 1.0 if os.getpid() != loaded[0][0] else 0.0, "odd")

    monkeypatch.setitem(registry.REWARDS, "odd", registry.RewardPreset("odd", "", "", load))
    registry.unload_models()
    trace = recorded(stream(PROBLEM, stop=never, **{**RUN, "reward": "odd"}))
    assert (trace.rewards == 1.0).all()  # the other process used it without loading it
    assert loaded == [(os.getpid(), spaces.emulating[0])]
    assert threading.get_ident() not in spaces.emulating


def test_no_process_is_forked_while_the_thread_that_loaded_is_on_its_way_out(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system ends it later than Python does: here by 0.3 seconds, in a destructor of its own."""
    libc, key, threads = ctypes.CDLL(None), ctypes.c_uint(), list[int]()
    assert libc.pthread_key_create(ctypes.byref(key), libc.usleep) == 0

    def load() -> FunctionReward:
        threads.append(threading.get_native_id())
        libc.pthread_setspecific(key, ctypes.c_void_p(300_000))
        return FunctionReward(lambda problem, steps: 0.5, "odd")

    alive = []
    fork = spaces._fork
    monkeypatch.setattr(
        spaces, "_fork", lambda task: (alive.append(Path(f"/proc/self/task/{threads[0]}").exists()), fork(task))[1]
    )
    monkeypatch.setitem(registry.REWARDS, "odd", registry.RewardPreset("odd", "", "", load))
    registry.unload_models()
    next(stream(PROBLEM, stop=never, **{**RUN, "reward": "odd"}))
    assert Path("/proc/self/task").exists(), "elsewhere there is nothing to wait for"
    assert alive == [False]


def test_a_pair_is_met_when_its_first_run_begins(spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_seconds, "_loaded_pairs", set())
    events = stream(PROBLEM, stop=never, **RUN)
    assert gpu_seconds._loaded_pairs == set()
    next(events)
    assert gpu_seconds._loaded_pairs == {("embedded", "embedded")}


@pytest.mark.parametrize("spaces", [False], indirect=True)
def test_without_that_thread_the_other_process_checks_and_loads(spaces: FakeSpaces) -> None:
    registry.unload_models()
    assert recorded(stream(PROBLEM, stop=never, **RUN)).status == "finished"
    assert not registry.is_loaded("embedded", "embedded")
    with pytest.raises(ProblemError) as raised:
        list(stream("the integral of x", stop=never, **RUN))
    assert raised.value.examples


def test_the_other_process_does_not_wait_for_a_model_that_is_loaded_here(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = threading.Event(), threading.Event()

    def load() -> FunctionReward:
        begun.set()
        gate.wait(60)
        return FunctionReward(lambda problem, steps: 0.5, "slow")

    monkeypatch.setitem(registry.REWARDS, "slow", registry.RewardPreset("slow", "", "", load))
    events = stream(PROBLEM, stop=never, **RUN)
    loading = threading.Thread(target=lambda: registry.get_reward("slow"))
    loading.start()
    assert begun.wait(60)
    try:
        with registry._MODEL_CACHE._changed:  # as somebody may at the moment of the fork
            next(events)
        assert recorded(stream(PROBLEM, stop=never, **RUN)).status == "finished"
    finally:
        gate.set()
        loading.join()
        registry.unload_models()


@pytest.mark.slow
@pytest.mark.parametrize(("hardware", "decorated"), [("true", ["_collect_errors"]), ("false", [])])
def test_the_space_has_its_function_when_the_page_is_imported(hardware: str, decorated: list[str]) -> None:
    """And `spaces` is there before PyTorch is, and what MKL may do in a forked process is known to it."""
    code = (
        "import os, sys\nfrom tests.page.serving import fake_spaces\n"
        "fake = fake_spaces.install()\nimport app\n"
        "print(fake.decorated, 'torch' in sys.modules, os.environ.get('MKL_DISABLE_FAST_MM'))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "MKL_DISABLE_FAST_MM"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**environment, "SPACES_ZERO_GPU": hardware, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == f"{decorated} False {1 if decorated else None}"


@pytest.mark.slow
def test_without_the_hardware_spaces_is_not_imported() -> None:
    code = "import sys; sys.modules['spaces'] = None; import app; print(app.pfviz.page.serving.zerogpu.is_active())"
    environment = {name: value for name, value in os.environ.items() if name != "SPACES_ZERO_GPU"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**environment, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
