"""Where who asks comes from, and which runs a program may have therefore."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.context import LocalContext

from pfviz.page.endpoints.documents import RunListItem
from pfviz.page.endpoints.run_keeper import RecentRuns, RunKeeper, RunRecording, StoreKeeper
from pfviz.page.state.stored_runs import RunLibrary
from pfviz.trace import Trace

PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Who comes with one of them comes from elsewhere, even to a page that listens on this machine alone."""


def is_forwarded(request: gr.Request) -> bool:
    """Whether a request came through a proxy, so that it may be anybody's."""
    return any(request.headers.get(name) for name in PROXY_HEADERS)


class RunsByCaller:
    """The stored runs for a program on this machine; for any other the last runs of programs, whose ids it knows."""

    def __init__(self, near: RunKeeper, far: RunKeeper) -> None:
        self._near, self._far = near, far

    def begin_recording(self, run_id: str = "") -> RunRecording:
        """As `RunKeeper`."""
        return self._choose().begin_recording(run_id)

    def load(self, run: str) -> Trace:
        """As `RunKeeper`."""
        return self._choose().load(run)

    def entries(self, query: str) -> list[RunListItem]:
        """As `RunKeeper`."""
        return self._choose().entries(query)

    def _choose(self) -> RunKeeper:
        request: Any = LocalContext.request.get(None)
        return self._far if request is None or is_forwarded(request) else self._near


def choose_keeper(library: RunLibrary) -> RunKeeper:
    """Return where the runs of programs are kept: beside those of the page, on a page of one's own."""
    if library.store is None or library.shared:
        return RecentRuns()
    return RunsByCaller(StoreKeeper(library.store), RecentRuns())
