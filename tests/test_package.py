"""The wheel, in an environment that has nothing else of ours, away from the checkout: `run`, `show`, `study`, `serve`.

Nothing is downloaded: setuptools builds with what is installed here, and the new environment sees the packages of this
one, but not the links (`.pth` files) by which this one sees the checkout.
"""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import pfviz
from benchmarks.served import free_port
from pfviz.study.plan import units
from pfviz.study.store import Store
from tests.study.outcomes import outcome

ROOT = Path(__file__).parents[1]
SECONDS = 300  # for what takes ten on a quiet machine

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("package")]


def list_checkout(*paths: str) -> list[str]:
    """Return the files that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *paths]
    listed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout.splitlines()
    return sorted({path for path in listed if (ROOT / path).is_file()})


def clean_environment() -> dict[str, str]:
    """Return the variables of this process without those that say where Python, pip or pfviz look."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "PFVIZ_"))}
    return kept | {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False", "COLUMNS": "100"}


def call(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=clean_environment(), timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout: setuptools leaves a `build/` where it builds, and would pack what an old one holds."""
    folder = tmp_path_factory.mktemp("source")
    for path in list_checkout():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((ROOT / path).read_bytes())
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    call(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", out, ".", cwd=source)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    scripts = folder / "bin"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(call(scripts / "python", "-c", where, cwd=folder).strip())
    ours = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "dependencies.pth").write_text("".join(f"{path}\n" for path in ours), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", scripts / "python"]
    call(*pip, "install", "--no-index", "--no-deps", "--ignore-installed", wheel, cwd=folder)
    return scripts


def test_the_wheel_holds_all_of_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == set(list_checkout("pfviz"))
    assert {"pfviz/py.typed", "pfviz/study/shipped/table.json", "pfviz/tiny/weights/reward/model.safetensors"} <= names
    assert wheel.stat().st_size < 30e6


def test_the_index_shows_what_the_package_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert metadata["Version"] == pfviz.__version__
    assert str(metadata.get_payload()).startswith("# pfviz\n"), "without the front matter that a Space reads"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("Project-URL")
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {"gradio", "torch"} <= {line.split("<")[0].split(">")[0] for line in needed}


def test_the_source_archive_is_a_checkout(source: Path, tmp_path: Path) -> None:
    code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    call(sys.executable, "-c", code, tmp_path, cwd=source)
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    assert {path for path in list_checkout("pfviz", "benchmarks", "tests", "docs") if path not in names} == set()
    assert {"LICENSE", "Makefile", "app.py", "pyproject.toml"} <= names


def test_what_runs_is_the_wheel(scripts: Path, tmp_path: Path) -> None:
    code = "import pfviz, importlib.util as u; print(pfviz.__file__, u.find_spec('benchmarks'), u.find_spec('tests'))"
    file, *others = call(scripts / "python", "-c", code, cwd=tmp_path).split()
    assert Path(file).is_relative_to(scripts.parent)
    assert others == ["None", "None"]
    done = subprocess.run(
        [scripts / "pfviz", "bench"], capture_output=True, text=True, cwd=tmp_path, env=clean_environment(), check=False
    )
    assert done.returncode == 1
    assert "source checkout" in done.stderr


def test_run_and_show(scripts: Path, tmp_path: Path) -> None:
    options = ["--particles", "4", "--out", "run.json", "--html", "run.html"]
    printed = call(scripts / "pfviz", "run", "Compute 2 + 3", *options, cwd=tmp_path)
    assert "5" in printed
    trace = pfviz.load(tmp_path / "run.json")
    assert (trace.particles, trace.answer) == (4, "5")
    assert "</html>" in (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Compute 2 + 3" in call(scripts / "pfviz", "show", "run.json", cwd=tmp_path)


def test_a_report_of_a_study(scripts: Path, tmp_path: Path) -> None:
    asked = units(("particle_filtering", "greedy"), (1, 4), 3, 2)
    Store.open(tmp_path / "outcomes.jsonl", {"settings": {}}).add(outcome(unit) for unit in asked)
    options = ["--methods", "particle_filtering,greedy", "--budgets", "1,4", "--problems", "3"]
    printed = call(scripts / "pfviz", "study", "--report", "--out", tmp_path, *options, cwd=tmp_path)
    assert "particle filtering   1.000   1.000" in printed
    assert json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert "</html>" in next(tmp_path.glob("*.html")).read_text(encoding="utf-8")


@contextmanager
def served(scripts: Path, folder: Path) -> Iterator[str]:
    """The address of the page, while it is up."""
    port = free_port()
    log = folder / "log"
    with log.open("wb") as output:
        command = [scripts / "pfviz", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=clean_environment(), stdout=output, stderr=output)
        try:
            until = time.monotonic() + SECONDS
            while server.poll() is None and time.monotonic() < until:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS):
                        break
                except urllib.error.URLError:
                    time.sleep(0.2)
            else:
                pytest.fail(log.read_text(encoding="utf-8", errors="replace")[-2000:])
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.kill()
            server.wait()


def test_serve(scripts: Path, tmp_path: Path) -> None:
    with served(scripts, tmp_path) as address, urllib.request.urlopen(f"{address}config", timeout=SECONDS) as reply:
        config = json.load(reply)
    assert config["title"] == "pfviz"
    assert len(config["components"]) > 50
