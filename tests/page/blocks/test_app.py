"""The page is built on demand, without torch, and its parts are wired."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = (".py", ".js", ".css", ".j2")


@pytest.fixture(scope="module")
def said() -> list[str]:
    """Whether there is a page after an import, and whether torch is there after one was built: in another process."""
    code = (
        "import app, sys; print(hasattr(app, 'demo')); from pfviz.page import build_page; build_page(); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-2:]


@pytest.mark.slow
def test_nothing_is_built_at_import(said: list[str]) -> None:
    assert said[0] == "False"


@pytest.mark.slow
def test_the_page_is_built_without_torch(said: list[str]) -> None:
    assert said[1] == "False"


@pytest.mark.slow
@pytest.mark.usefixtures("said")
def test_building_leaves_no_file_beside_the_source() -> None:
    assert not list((ROOT / "pfviz" / "page").rglob("*.pyi"))


def test_no_file_of_the_page_needs_a_table_of_contents() -> None:
    files = [path for path in (ROOT / "pfviz" / "page").rglob("*") if path.suffix in SOURCES]
    assert files
    assert {
        path.name: size for path in files if (size := len(path.read_text(encoding="utf-8").splitlines())) >= 300
    } == {}


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in (ROOT / "pfviz" / "page").rglob("*"):
        if path.suffix in SOURCES:
            text = path.read_text(encoding="utf-8")
            assert "https://" not in text, path.name
            assert "@import" not in text, path.name
