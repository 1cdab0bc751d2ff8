"""Worker processes and a Ray cluster of two workers do what this process does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings
from pfviz.problems.problem import Problem
from pfviz.study import process_pool, ray_cluster
from pfviz.study.models import Pair, load_pair
from pfviz.study.plan import Job, jobs, units
from pfviz.study.provenance import versions
from pfviz.study.run_job import Outcome, run_job
from pfviz.tiny.world import held_out_tasks
from tests.browser import chromium
from tests.study.shipped import PAIR

ROOT = Path(__file__).parents[2]
METHODS = ("particle_filtering", "dvts", "best_of_n", "self_consistency")


def listed() -> list[Job]:
    problems = [Problem(task.text, str(task.answer)) for task in held_out_tasks(3)]
    return list(jobs([unit for unit in units(METHODS, (2,), 3, 1) if unit.problem], problems))


def rows(found: list[Outcome]) -> set[str]:
    return {json.dumps(replace(outcome, seconds=0.0).row()) for outcome in found}


@pytest.fixture(scope="module")
def here() -> set[str]:
    return rows([outcome for job in listed() for outcome in run_job(job, Settings(), *load_pair(PAIR))])


def test_worker_processes(here: set[str]) -> None:
    found = [outcome for some in process_pool.run_jobs(listed(), Settings(), PAIR, workers=2) for outcome in some]
    assert len(found) == len(here) == 8
    assert rows(found) == here


def test_an_error_in_a_worker_comes_out(tmp_path: Path) -> None:
    """And no worker is left: a pool that hangs would hang this test."""
    nowhere = Pair(tmp_path / "generator", tmp_path / "reward")
    with pytest.raises(StudyError, match="no model in"):
        list(process_pool.run_jobs(listed()[:1], Settings(), nowhere, workers=1))


def test_a_ray_cluster(here: set[str]) -> None:
    """In a process of its own: Ray leaves threads, sockets and signal handlers behind."""
    code = """
import json, sys
from pfviz.inference.settings import Settings
from pfviz.study import ray_cluster
from tests.study.shipped import PAIR
from tests.study.test_executors import listed, rows

if __name__ == "__main__":
    found = [o for some in ray_cluster.run_jobs(listed(), Settings(), PAIR, workers=2, address="local") for o in some]
    print(json.dumps(sorted(rows(found))))
"""
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-test.txt")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == here


def test_a_reward_without_files_travels_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker process, two studies with the same files: each has its own reward."""
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=lambda reference: reference))
    files = Pair(PAIR.generator, "confidence").files()
    for preset in ("confidence", "confidence-sum"):
        models = ray_cluster.WorkerModels("the generator's files", versions(), [files], preset)
        there = ray_cluster._run_on_worker(listed()[0], Settings(), models)
        assert rows(there) == rows(run_job(listed()[0], Settings(), *load_pair(Pair(PAIR.generator, preset))))


def test_without_ray_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # an import of it fails
    with pytest.raises(StudyError, match="pip install"):
        next(ray_cluster.run_jobs(listed()[:1], Settings(), PAIR))


def test_nothing_needs_ray() -> None:
    code = (
        "import pfviz.cli.study, pfviz.study.process_pool, pfviz.study.ray_cluster, sys; sys.exit('ray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "no.such.host.invalid:{}"])
def test_an_address_where_nobody_listens_is_named_at_once(form: str) -> None:
    address = form.format(chromium.free_port())
    with pytest.raises(StudyError, match=re.escape(address)):
        next(ray_cluster.run_jobs(listed()[:1], Settings(), PAIR, address=address))


def test_a_machine_with_other_versions_is_refused() -> None:
    other = ray_cluster.WorkerModels("another pair", {**versions(), "numpy": "1.0"}, [])
    with pytest.raises(StudyError, match=r"'numpy': '1\.0'"):
        ray_cluster._run_on_worker(listed()[0], Settings(), other)
