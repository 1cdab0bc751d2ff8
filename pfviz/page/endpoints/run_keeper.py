"""Runs by their names: recorded ones that ship, `story:NAME`, and others by the id that they ended with."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Protocol

from pfviz.errors import TraceError
from pfviz.page.endpoints.documents import RunListItem
from pfviz.store import Recording, Store
from pfviz.stories import STORIES, load_story
from pfviz.trace.json_file import loads
from pfviz.trace.trace import Trace

STORY_PREFIX = "story:"
MAX_LISTED = 200
"""Runs in one answer."""
MAX_RECENT = 32
"""Runs that a server without a store remembers; the ones not asked for longest are forgotten."""


class RunRecording(Protocol):
    """A run that is kept as it happens. `run_id` is its name from its first complete step; empty before."""

    @property
    def run_id(self) -> str: ...

    def record(self, trace: Trace) -> None:
        """Keep the run as far as it is; what cannot be kept takes nothing from the run."""
        ...

    def end(self) -> None:
        """Nobody goes on with the run."""
        ...


class RunKeeper(Protocol):
    """Where the runs of programs are kept."""

    def begin_recording(self, run_id: str = "") -> RunRecording:
        """A run begins, or the kept one of that id goes on."""
        ...

    def load(self, run: str) -> Trace:
        """Return a run; raises an error of pfviz if there is none of that id."""
        ...

    def entries(self, query: str) -> list[RunListItem]:
        """Return the runs that anybody who reaches the page may see, and in which the query stands, newest first."""
        ...


class RecentRuns:
    """The last runs of programs, in memory. Whoever knows the id of one, which cannot be guessed, may have it; no list
    names them, as a page does not know who its callers are."""

    def __init__(self, most: int = MAX_RECENT) -> None:
        self._most = most
        self._runs: OrderedDict[str, Trace] = OrderedDict()
        self._lock = threading.Lock()

    def begin_recording(self, run_id: str = "") -> RunRecording:
        return _RecentRecording(self)

    def save(self, trace: Trace, run: str = "") -> str:
        """Keep a run, in the place of the one of that id, and return its id."""
        run = run or secrets.token_hex(8)
        with self._lock:
            self._runs[run] = trace
            self._runs.move_to_end(run)
            while len(self._runs) > self._most:
                self._runs.popitem(last=False)
        return run

    def load(self, run: str) -> Trace:
        with self._lock:
            if run not in self._runs:
                raise TraceError(
                    f"There is no run {run[:40]!r} here: give the id that a run ended with, story:NAME, or the text "
                    "of a trace file."
                )
            self._runs.move_to_end(run)
            return self._runs[run]

    def entries(self, query: str) -> list[RunListItem]:
        return []


class _RecentRecording:
    def __init__(self, runs: RecentRuns) -> None:
        self._runs = runs
        self.run_id = ""

    def record(self, trace: Trace) -> None:
        if trace.steps:
            self.run_id = self._runs.save(trace, self.run_id)

    def end(self) -> None:
        """What is in memory needs no end."""


class StoreKeeper:
    """The store of a page that one person has: runs of programs are in it beside the others, and all can be had."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin_recording(self, run_id: str = "") -> RunRecording:
        return Recording(self._store, "", run_id)

    def load(self, run: str) -> Trace:
        return self._store.load(run)

    def entries(self, query: str) -> list[RunListItem]:
        return [
            {
                "run": entry.id,
                "title": entry.title,
                "problem": entry.problem,
                "method": entry.method,
                "answer": entry.answer,
                "correct": {"right": True, "wrong": False}.get(entry.verdict),
            }
            for entry in self._store.entries(query, limit=MAX_LISTED)
        ]


def list_stories(query: str = "") -> list[RunListItem]:
    """Return the recorded runs that ship, in which the query stands."""
    found = [describe_entry(f"{STORY_PREFIX}{name}", story.title, load_story(name)) for name, story in STORIES.items()]
    return [item for item in found if query.lower() in f"{item['title']} {item['problem']}".lower()]


def find_run(keeper: RunKeeper, given: str) -> Trace:
    """Return the run that a program means: by its id, by `story:NAME`, or itself, as the text of a trace file.

    Raises:
        TraceError: there is no such run, or the text is no trace.
    """
    text = given.strip()
    if text.startswith("{"):
        return loads(text)
    if text.startswith(STORY_PREFIX):
        name = text.removeprefix(STORY_PREFIX)
        if name not in STORIES:
            raise TraceError(f"There is no recorded run {name[:40]!r}; there are {', '.join(STORIES)}.")
        return load_story(name)
    return keeper.load(text)


def kept_id(given: str) -> str:
    """Return the id by which a program means a kept run; empty where it means a story, or gives the run itself."""
    text = given.strip()
    return "" if text.startswith(("{", STORY_PREFIX)) else text


def describe_entry(run: str, title: str, trace: Trace) -> RunListItem:
    """Return the item of a list for a run."""
    choice = trace.choice if trace.steps else None
    return {
        "run": run,
        "title": title,
        "problem": trace.problem,
        "method": trace.method,
        "answer": None if choice is None else choice.display,
        "correct": None if choice is None else choice.correct,
    }
