"""A Ray cluster of two workers does what this process does; nothing else needs Ray."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings
from pfviz.study import ray_cluster
from pfviz.study.models import Pair, load_pair
from pfviz.study.provenance import versions
from pfviz.study.run_job import run_job
from tests.browser import chromium
from tests.study.shipped import PAIR
from tests.study.small_study import rows, rows_here, small_study

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_ray_cluster() -> None:
    """In a process of its own: Ray leaves threads, sockets and signal handlers behind."""
    code = """
import json, sys
from pfviz.inference.settings import Settings
from pfviz.study import ray_cluster
from tests.study.shipped import PAIR
from tests.study.small_study import rows, small_study

if __name__ == "__main__":
    done = ray_cluster.run_jobs(small_study(), Settings(), PAIR, workers=2, address="local")
    found = [outcome for some in done for outcome in some]
    print(json.dumps(sorted(rows(found))))
"""
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-test.txt")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == rows_here()


def test_a_reward_without_files_travels_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker process, two studies with the same files: each has its own reward."""
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=lambda reference: reference))
    files = Pair(PAIR.generator, "confidence").files()
    for preset in ("confidence", "confidence-sum"):
        models = ray_cluster.WorkerModels("the generator's files", versions(), [files], preset)
        there = ray_cluster._run_on_worker(small_study()[0], Settings(), models)
        assert rows(there) == rows(run_job(small_study()[0], Settings(), *load_pair(Pair(PAIR.generator, preset))))


def test_without_ray_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # an import of it fails
    with pytest.raises(StudyError, match="pip install"):
        next(ray_cluster.run_jobs(small_study()[:1], Settings(), PAIR))


@pytest.mark.slow
def test_nothing_needs_ray() -> None:
    code = (
        "import pfviz.cli.study, pfviz.study.process_pool, pfviz.study.ray_cluster, sys; sys.exit('ray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "no.such.host.invalid:{}"])
def test_an_address_where_nobody_listens_is_named_at_once(form: str) -> None:
    address = form.format(chromium.free_port())
    with pytest.raises(StudyError, match=re.escape(address)):
        next(ray_cluster.run_jobs(small_study()[:1], Settings(), PAIR, address=address))


def test_a_machine_with_other_versions_is_refused() -> None:
    other = ray_cluster.WorkerModels("another pair", {**versions(), "numpy": "1.0"}, [])
    with pytest.raises(StudyError, match=r"'numpy': '1\.0'"):
        ray_cluster._run_on_worker(small_study()[0], Settings(), other)
