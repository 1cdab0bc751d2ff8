"""Settings of all tests, and the one browser of a session. In CI a missing browser is a failure, elsewhere a skip."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium

# Before PyTorch is imported: two threads of a small model on a busy machine wait for each other most of the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine is slow, not wrong.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups in a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests are shared out to several processes, one of them has the browser."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs that a test stores are not those of who tests; processes that it starts inherit this."""
    os.environ["PFVIZ_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all: Playwright allows one of its kind in a process."""
    if chromium.find() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        yield running
        running.close()
