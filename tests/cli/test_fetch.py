"""`pfviz fetch`: a real client fetches from a Hub of our own, in processes of its own as it reads its address once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfviz.models.hub import catalog
from pfviz.resources import weights_dir
from tests.cli.commands import call
from tests.models.hub import hub


def run_fetch(address: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-m", "pfviz", "fetch", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    models = {"lab/tiny": weights_dir() / "generator", "lab/bad": weights_dir() / "reward"}
    with hub.serve(models, gated=frozenset({"lab/secret"})) as found:
        yield found


@pytest.mark.slow
def test_size_and_licence_come_first_and_the_files_after(address: str, tmp_path: Path) -> None:
    done = run_fetch(address, tmp_path / "home", "lab/tiny", "--dir", str(tmp_path / "models"))
    assert done.returncode == 0, done.stderr
    size = sum(path.stat().st_size for path in (weights_dir() / "generator").iterdir()) / 1e9
    assert f"lab/tiny: {size:.2f} GB, licence: mit" in done.stdout
    folder = tmp_path / "models" / "lab" / "tiny"
    for path in (weights_dir() / "generator").iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes()
    assert f"PFVIZ_MODELS={tmp_path / 'models'}" in done.stdout.replace("\n", "")


@pytest.mark.slow
def test_a_damaged_file_is_refused_and_taken_away(tmp_path: Path) -> None:
    models = {"lab/tiny": weights_dir() / "generator"}
    with hub.serve(models, damaged=frozenset({"model.safetensors"})) as address:
        done = run_fetch(address, tmp_path, "lab/tiny", "--dir", str(tmp_path / "models"))
    assert done.returncode == 2
    assert "its checksum is not the Hub's" in " ".join(done.stderr.split())
    assert not (tmp_path / "models" / "lab" / "tiny" / "model.safetensors").exists()


@pytest.mark.slow
def test_no_network_is_a_sentence(tmp_path: Path) -> None:
    done = run_fetch("http://127.0.0.1:9", tmp_path, catalog.REAL_PAIR)
    assert done.returncode == 2
    assert "the Hugging Face Hub does not answer" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_what_ships_needs_no_fetching_and_a_wrong_name_is_said() -> None:
    assert "nothing to fetch" in call("fetch", "embedded").output
    refused = call("fetch", "qwen")
    assert refused.exit_code == 2
    assert "Choose one of: embedded, real-0.5b" in " ".join(refused.output.split())
