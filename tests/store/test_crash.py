"""A process that is killed in the middle of a run loses at most the step in flight, and the run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pfviz.store import Store
from pfviz.store.processes import is_running, name_process
from pfviz.trace import dumps
from tests.traces import synthetic_trace

ROOT = Path(__file__).parents[2]
RECORD = """
import sys
from pfviz.inference.events import ParticlesSelected
from pfviz.store import Store
from pfviz.trace import Recorder
from tests.traces import synthetic_events

recorder, store, run = Recorder(), Store(sys.argv[1]), ""
for event in synthetic_events(4, 6):
    recorder.record(event)
    if isinstance(event, ParticlesSelected):
        if run:
            store.record(run, recorder.trace())
        else:
            run = store.begin(recorder.trace())
        if recorder.steps == 3:
            print(run, flush=True)
            sys.stdin.read()  # until it is killed
"""
WRITE = """
import sys
from pfviz.store import Store
from tests.traces import synthetic_trace

trace = synthetic_trace(4, 6)
print("ready", flush=True)
sys.stdin.readline()
with Store(sys.argv[1]) as store:
    for _ in range(10):
        run = store.begin(trace.upto(1))
        for steps in range(2, trace.steps + 1):
            store.record(run, trace.upto(steps))
"""


def start(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


@pytest.mark.slow
def test_a_run_whose_process_was_killed_has_its_steps_and_can_go_on(tmp_path: Path) -> None:
    path, whole = tmp_path / "runs.db", synthetic_trace(4, 6)
    with start(RECORD, path) as process:
        assert process.stdout is not None
        run = process.stdout.readline().strip()
        with Store(path) as store:
            assert (store.entry(run).status, store.entry(run).steps) == ("running", 3)
            process.send_signal(signal.SIGKILL)
            process.wait()
            entry = store.entry(run)
            assert (entry.status, entry.steps, entry.can_resume) == ("interrupted", 3, True)
            assert dumps(store.load(run)) == dumps(replace(whole.upto(3), status="stopped"))
            store.record(run, whole)
            assert dumps(store.load(run)) == dumps(whole)


@pytest.mark.slow
def test_two_processes_record_runs_at_once(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with start(WRITE, path) as one, start(WRITE, path) as other:
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert (one.wait(), other.wait()) == (0, 0)
    with Store(path) as store:
        entries = store.entries()
        assert [(entry.status, entry.steps) for entry in entries] == [("finished", synthetic_trace(4, 6).steps)] * 20
        assert {dumps(store.load(entry.id)) for entry in entries[::5]} == {dumps(synthetic_trace(4, 6))}


def test_a_process_is_known_by_its_number_and_its_beginning() -> None:
    here = name_process()
    assert is_running(here)
    if " " in here:
        assert not is_running(here + "0")
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        gone = name_process(process.pid)
        process.wait()
    assert not is_running(gone)
    assert not is_running("")
    assert not is_running("nothing of ours")
