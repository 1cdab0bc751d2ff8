"""`python -m pytest -p tests.side_by_side`: the tests of the browser in a second process, beside the others.

It is one run for whoever reads it: the reports of the second process are told after those of the first, and are counted
with them. On two cores it takes little longer than the longer of the two.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "PFVIZ_REPORTS"
"""In the second process: the file that its reports are written to, a line each."""
LOOK = 0.2  # seconds between two looks at that file


def pytest_configure(config: pytest.Config) -> None:
    if VARIABLE in os.environ:
        config.pluginmanager.register(_Writer(config, Path(os.environ.pop(VARIABLE))))
    else:
        config.pluginmanager.register(_Splitter())


class _Writer:
    """In the second process."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self.config, self.file = config, path.open("w", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        print(json.dumps(data, default=str), file=self.file, flush=True)


class _Splitter:
    """In the first."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        here: list[pytest.Item] = []
        there: list[pytest.Item] = []
        for item in session.items:
            (there if item.get_closest_marker("browser") else here).append(item)
        if not here or not there or session.config.option.collectonly:
            return (yield)
        session.items[:] = here
        with tempfile.TemporaryDirectory() as name, (Path(name) / "said").open("w+") as said:
            names, reports = Path(name) / "names", Path(name) / "reports"
            names.write_text("\n".join(item.nodeid for item in there), encoding="utf-8")
            reports.touch()
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-p", "tests.side_by_side", "-p", "no:cacheprovider", f"@{names}"],
                cwd=session.config.rootpath, env={**os.environ, VARIABLE: str(reports)}, stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                result = yield
                ended = _tell(session.config, process, reports)
            finally:
                process.terminate()
                process.wait()
            missing = [item for item in there if item.nodeid not in ended]
            if process.returncode not in (0, 1):
                missing = missing or there[-1:]
            said.seek(0)
            text = f"The process of the browser's tests ended too early. It said:\n{said.read()}"
            for item in missing:
                _fail(item, text)
        return result


def _fail(item: pytest.Item, text: str) -> None:
    report = pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "call")
    item.config.hook.pytest_runtest_logreport(report=report)


def _tell(config: pytest.Config, process: subprocess.Popen[bytes], reports: Path) -> set[str]:
    """Hand on every report, as those of tests of this process; the names of the tests that came to their end."""
    ended = set()
    for line in _lines(process, reports):
        report = config.hook.pytest_report_from_serializable(config=config, data=json.loads(line))
        if isinstance(report.longrepr, list):
            report.longrepr = tuple(report.longrepr)  # where a test was skipped, and why: JSON has no tuples
        if report.when == "setup":
            config.hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
        config.hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            config.hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
            ended.add(report.nodeid)
    return ended


def _lines(process: subprocess.Popen[bytes], path: Path) -> Iterator[str]:
    """The lines of a file that a process writes, until it has ended."""
    with path.open(encoding="utf-8") as file:
        rest = ""
        while True:
            over = process.poll() is not None
            *lines, rest = (rest + file.read()).split("\n")
            yield from lines
            if over:
                return
            time.sleep(LOOK)
