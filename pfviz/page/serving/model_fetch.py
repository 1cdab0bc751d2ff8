"""Models that are fetched in the background while visitors go on: once for all who wait, and until nobody does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

from pfviz.errors import ModelError
from pfviz.models.hub import fetch, published


class FetchJob:
    """Some models on their way. `error` is what ended it early, in a sentence."""

    def __init__(self, names: Sequence[str]) -> None:
        self.done_bytes = self.total_bytes = 0
        self.error = ""
        self.waiters = 0
        self._over, self._stopped = threading.Event(), threading.Event()
        threading.Thread(target=self._fetch, args=(names,), daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Whether it is over after so many seconds at the latest."""
        return self._over.wait(seconds)

    def stop(self) -> None:
        """Nothing more is fetched; what came is kept."""
        self._stopped.set()

    @property
    def is_open(self) -> bool:
        """Whether somebody may still wait for it."""
        return not (self._over.is_set() or self._stopped.is_set())

    def _fetch(self, names: Sequence[str]) -> None:
        try:
            models = [fetch.describe_model(name) for name in names if not published.is_downloaded(name)]
            self.total_bytes = sum(model.bytes for model in models)
            before = 0
            for model in models:
                show = partial(self._show, before)
                fetch.fetch_model(model, show=show, is_stopped=self._stopped.is_set)
                before += model.bytes
        except ModelError as error:
            self.error = str(error)
        except Exception as error:  # whatever the disk or the network has; the visitor gets a sentence
            self.error = f"The files could not be fetched ({type(error).__name__})."
        finally:
            self._over.set()

    def _show(self, before: int, done: int) -> None:
        self.done_bytes = before + done


class FetchJobs:
    """Those that go on, by the models."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, ...], FetchJob] = {}
        self._lock = threading.Lock()

    def join(self, names: Sequence[str]) -> FetchJob:
        """The job that fetches these; begun if there is none. Whoever joins has to leave."""
        with self._lock:
            job = self._jobs.get(tuple(names))
            if job is None or not job.is_open:
                job = self._jobs[tuple(names)] = FetchJob(names)
            job.waiters += 1
            return job

    def leave(self, job: FetchJob) -> None:
        """One waits no longer; with the last one it stops."""
        with self._lock:
            job.waiters -= 1
            if job.waiters == 0:
                job.stop()
