"""Each visitor's own run. Nothing here is shared between two browser tabs."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pfviz.diagnostics.node_filter import NO_FILTER, NodeFilter
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.page.state.compare_state import CompareState
from pfviz.page.state.lab_state import Lab
from pfviz.page.state.opened_file import OpenedFile
from pfviz.page.state.probe_answers import ProbeState
from pfviz.page.state.stored_runs import StoredRuns
from pfviz.page.state.what_if_rule import RuleForm
from pfviz.trace import Trace


class RunHandle:
    """One press of Run: a flag that anybody may raise and the run's own thread reads between tokens."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def is_stopped(self) -> bool:
        return self._stop.is_set()


@dataclass
class Visit:
    """What one browser tab sees: its run, its trace, and where the visitor looks."""

    run: RunHandle | None = None
    question_run: RunHandle | None = None  # of models about the run
    fetch: RunHandle | None = None  # of the real pair's files
    offered_problem: str = ""  # for the real pair
    chosen_models: tuple[Any, Any] | None = None  # an entry of the list and a reward model; None before any choice
    filled_settings: dict[str, Any] = field(default_factory=dict)  # by field, what the page put in with the models
    trace: Trace | None = None
    run_id: str = ""  # of the stored run that the trace is; empty where it is not stored
    selected: int | None = None
    tab: str = "weights"
    event: int | None = None  # the step whose resampling event is shown; None follows the latest
    sweep: int | None = None  # the sweep that is shown, of a method of several; None follows the latest
    family: int | None = None  # uid of the node whose family alone is drawn, of a large run
    question: str = "deaths"  # of those about the reward, the one that is answered
    rule_form: RuleForm | None = None  # the rule under which "What if?" selects again; None is that of the run
    marked: bool = False  # the visitor said which answer of the trace is right
    opened_file: OpenedFile | None = None  # while it holds more than what is shown
    node_filter: NodeFilter = NO_FILTER  # of the steps that stand out in every picture
    lab: Lab = field(default_factory=Lab)
    stored: StoredRuns = field(default_factory=StoredRuns)
    compare: CompareState = field(default_factory=CompareState)
    probe_state: ProbeState = field(default_factory=ProbeState)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _folder: Path | None = None

    @property
    def shown_sweep(self) -> Trace | None:
        """The sweep of the trace that is drawn."""
        return self.trace if self.trace is None or self.sweep is None else self.trace.sweep(self.sweep)

    @property
    def view_state(self) -> dict[str, Any]:
        """Where the visitor looks, as `views.show` is told."""
        names = ("selected", "tab", "event", "sweep", "family", "question", "rule_form", "probe_state", "node_filter")
        return {name: getattr(self, name) for name in names} | {"marked": None if self.run else self.marked}

    def begin_run(self) -> RunHandle:
        """A new run; an older one of the same tab is stopped. Its trace stays until there is something new to show."""
        with self.lock:
            if self.run is not None:
                self.run.stop()
            self.stop_question()
            self.run = RunHandle()
            return self.run

    def begin_question(self) -> RunHandle:
        """A new question to the models; an older one of the same tab is stopped."""
        with self.lock:
            self.stop_question()
            self.question_run = RunHandle()
            return self.question_run

    def end_question(self, run: RunHandle) -> None:
        """A question was answered, or was stopped."""
        with self.lock:
            run.stop()
            if self.question_run is run:
                self.question_run = None

    def stop_question(self) -> None:
        """The question ends as soon as it looks."""
        with self.lock:
            if self.question_run is not None:
                self.question_run.stop()

    def begin_fetch(self) -> RunHandle:
        """Files that this tab waits for; it waits for nothing else any more."""
        with self.lock:
            self.stop_fetch()
            self.fetch = RunHandle()
            return self.fetch

    def end_fetch(self, handle: RunHandle) -> None:
        """The files have come, or are waited for no longer."""
        with self.lock:
            if self.fetch is handle:
                self.fetch = None

    def stop_fetch(self) -> None:
        """The tab waits for no files."""
        with self.lock:
            if self.fetch is not None:
                self.fetch.stop()

    def clear(self) -> None:
        """Nothing is shown, and the visitor looks at nothing."""
        with self.lock:
            self.trace, self.selected, self.event, self.sweep, self.family = None, None, None, None, None
            self.run_id = ""
            self.marked, self.node_filter, self.opened_file = False, NO_FILTER, None
            self.question_run = None  # what still comes is of a run that is shown no more
            self.probe_state.reset()

    def update_stored(self) -> None:
        """The stored run is the trace as it is now, such as one that was marked; it stays as it is where that fails."""
        with self.lock:
            if self.run_id and self.trace is not None and self.run is None:
                self.stored.update(self.run_id, self.trace)

    def end_run(self, run: RunHandle) -> None:
        """The run is over; the visit keeps its trace."""
        with self.lock:
            run.stop()
            if self.run is run:
                self.run = None

    def stop_run(self) -> None:
        with self.lock:
            if self.run is not None:
                self.run.stop()

    def show_trace(self, trace: Trace) -> None:
        """A trace from elsewhere takes the place of this tab's run."""
        with self.lock:
            self.end_run(self.begin_run())
            self.clear()
            self.trace = trace

    def folder(self) -> Path:
        """Where this tab's downloads are written; it goes with the tab."""
        with self.lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="pfviz-"))
            return self._folder

    def leave(self) -> None:
        """The tab is gone."""
        self.stop_run()
        self.stop_fetch()
        self.lab.stop_batch()
        self.compare.stop_job()
        self.stop_question()
        with self.lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


class Visits:
    """Visits by session, of a page that offers some models; `begin` gives a new one what it opens with. The ones not
    seen for longest are forgotten, and stopped, past `most`."""

    def __init__(
        self, most: int = 200, menu: ModelMenu | None = None, begin: Callable[[Visit], None] | None = None
    ) -> None:
        self._most, self._begin = most, begin
        self._menu = menu or ModelMenu({}, False)
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: str | None) -> Visit:
        """The visit of a session; made when it is first seen."""
        key = session or ""
        with self._lock:
            if key not in self._visits:
                self._visits[key] = Visit(probe_state=ProbeState(self._menu))
                if self._begin is not None:
                    self._begin(self._visits[key])
            visit = self._visits[key]
            self._visits.move_to_end(key)
            forgotten = [self._visits.popitem(last=False)[1] for _ in range(len(self._visits) - self._most)]
        for old in forgotten:
            old.leave()
        return visit

    def close(self, session: str | None) -> None:
        """The tab is gone: its run stops."""
        with self._lock:
            visit = self._visits.pop(session or "", None)
        if visit is not None:
            visit.leave()

    def running_count(self) -> int:
        """How many runs go on now; a batch of the lab, rivals, and a question to the models, are one each."""
        with self._lock:
            visits = self._visits.values()
            return sum(
                (visit.run is not None or visit.question_run is not None)
                + (visit.lab.batch is not None)
                + (visit.compare.job is not None)
                for visit in visits
            )
