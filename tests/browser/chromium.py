"""A Chromium that is already on this machine, without a network of its own."""

from __future__ import annotations

import os
import shutil
import socket

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of a browser: $PFVIZ_CHROMIUM, else the first that is found."""
    return next(filter(None, map(shutil.which, (os.environ.get("PFVIZ_CHROMIUM", ""), *NAMES))), None)


def launch(playwright: Playwright) -> Browser:
    """The browser; raises where there is none."""
    path = find()
    if path is None:
        raise FileNotFoundError(f"no browser found; looked for $PFVIZ_CHROMIUM, {', '.join(NAMES)}")
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
