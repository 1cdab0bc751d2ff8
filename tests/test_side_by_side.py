"""Two processes whose tests are told as one run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = """
import os
import pytest

def test_here():
    pass

@pytest.mark.browser
@pytest.mark.parametrize("text", ["a b", "c::d[e]"])
def test_there(text):
    assert os.getppid() == {parent}, "the parent is another one"

@pytest.mark.browser
def test_last():
    {last}
"""


def run(folder: Path, last: str, *options: str, parent: str = "os.getppid()") -> tuple[int, str]:
    """Its tests, two processes: the exit status, and what was printed."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser: there\n", encoding="utf-8")
    (folder / "test_some.py").write_text(TESTS.format(last=last, parent=parent), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.side_by_side", "-ra", *options],
        cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_what_passes_there_is_counted_with_what_passes_here(tmp_path: Path) -> None:
    status, said = run(tmp_path, "pytest.skip('not today')")
    assert "3 passed, 1 skipped in" in said.splitlines()[-1]
    assert re.search(r"SKIPPED \[1\] test_some.py:\d+: not today", said)
    assert status == 0


def test_the_browsers_tests_run_in_another_process(tmp_path: Path) -> None:
    status, said = run(tmp_path, "pass", parent="0")
    assert "2 failed, 2 passed in" in said.splitlines()[-1]
    assert "the parent is another one" in said
    assert "FAILED test_some.py::test_there[a b]" in said
    assert status == 1


def test_a_process_that_dies_is_a_failure(tmp_path: Path) -> None:
    status, said = run(tmp_path, "os._exit(0)")
    assert "ended too early" in said
    assert "FAILED test_some.py::test_last" in said
    assert "1 failed, 3 passed in" in said.splitlines()[-1]
    assert status == 1


def test_where_there_is_nothing_to_split_it_is_one_process(tmp_path: Path) -> None:
    status, said = run(tmp_path, "assert 'PYTEST_VERSION' in os.environ", "-m", "browser")
    assert "3 passed, 1 deselected in" in said.splitlines()[-1]
    assert status == 0
