"""The page as one object: built by `build_page`, started by `launch`."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import gradio as gr

from pfviz.models.registry import REWARDS
from pfviz.page.actions import navigate, runs
from pfviz.page.blocks import (
    api_wiring,
    compare_wiring,
    file_wiring,
    lab_wiring,
    layout,
    reload_wiring,
    runs_wiring,
)
from pfviz.page.blocks.events.callers import choose_keeper
from pfviz.page.blocks.theme import theme
from pfviz.page.blocks.wiring import gradio_updates, wire
from pfviz.page.components.html import fill
from pfviz.page.forms import run_form
from pfviz.page.render import stories
from pfviz.page.render.run.tabs import tab_css
from pfviz.page.serving.engine import Engine, SharedEngine
from pfviz.page.serving.memory import return_freed_memory
from pfviz.page.state.recent_visits import RecentVisits
from pfviz.page.state.stored_runs import RunLibrary, StoredRuns
from pfviz.page.state.visits import Visit, Visits
from pfviz.replay.parts import STYLESHEET
from pfviz.trace.json_limits import MAX_BYTES

STATIC = Path(__file__).parents[1] / "static"
HEAD_CSS = STATIC / "head.css"
TABS_JS = STATIC / "tabs.js"
STYLESHEETS = [
    STATIC / "style.css",
    STATIC / "captions.css",
    STATIC / "explore.css",
    STATIC / "labels.css",
    STATIC / "pane_table.css",
    STATIC / "check.css",
    STATIC / "lab.css",
    STATIC / "lab_repair.css",
    STATIC / "asking.css",
    STATIC / "compare.css",
    STATIC / "runs.css",
    STATIC / "save_as.css",
    STATIC / "opened_file.css",
    STATIC / "stories.css",
    STATIC / "tour.css",
    STATIC.parents[1] / "report" / "static" / "mathtext.css",
    STYLESHEET,
]
WARM_UP_REWARDS = tuple(preset.name for preset in REWARDS.values() if preset.folder)  # those with weights
MAX_THREADS = 120  # of the server: a run that goes on, or waits in the line, holds one
MAX_SESSIONS = 200  # that the server remembers: past it the one not seen for longest is forgotten
WARM_UP_DELAY = 3.0  # seconds: loading the models at once would delay the first visitor's page, not only the run


class Page(gr.Blocks):  # type: ignore[misc]
    """Gradio takes theme, style and head at launch; this page brings its own."""

    def __init__(self, engine: Engine, library: RunLibrary) -> None:
        # Gradio would summarise all events in a pandas table after each one: a second at the first, for nothing here.
        os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
        super().__init__(title="pfviz", analytics_enabled=False, fill_width=True, delete_cache=(3600, 7200))
        self.engine, self.library = engine, library
        self.visits = Visits(MAX_SESSIONS, engine.menu, self._begin)
        self.recent = RecentVisits()

    def _begin(self, visit: Visit) -> None:
        visit.stored = StoredRuns(self.library, awaits_browser=True)
        navigate.begin_with_story(visit)

    def launch(self, *arguments: Any, warm: bool = True, prevent_thread_lock: bool = False, **settings: Any) -> Any:
        """As `gr.Blocks.launch`. `warm` loads what is heavy on a thread of its own, a moment after the page is up."""
        usual = {
            "theme": theme(),
            "css_paths": STYLESHEETS,
            "head": fill(
                "head.html.j2",
                css=HEAD_CSS.read_text(encoding="utf-8") + tab_css(),
                tabs_js=TABS_JS.read_text(encoding="utf-8"),
            ),
            "footer_links": [],
            "run_history": False,
            "max_threads": MAX_THREADS,
            "state_session_capacity": MAX_SESSIONS,
            "max_file_size": MAX_BYTES,
            "ssr_mode": False,
            "mcp_server": api_wiring.can_serve_mcp(),
        }
        up = super().launch(*arguments, prevent_thread_lock=True, **(usual | settings))
        if self.mcp_server_obj is not None:
            api_wiring.answer_in_json(self.mcp_server_obj)
        if warm:
            later = threading.Timer(WARM_UP_DELAY, self.warm_up)
            later.daemon = True
            later.start()
        if not prevent_thread_lock:
            self.block_thread()
        return up

    def warm_up(self) -> None:
        """A short run with each usual reward model that nobody sees: it loads what the first visitor would wait for."""
        for reward in WARM_UP_REWARDS:
            problem = self.engine.menu.examples("embedded")[0]
            form = {**run_form.DEFAULTS, "problem": problem, "particles": 2, "reward": reward}
            for _ in runs.start(self.engine, Visit(), form):
                pass

    def leave(self, request: gr.Request) -> None:
        """A tab was closed or reloaded: its run stops, and what Gradio holds of it, every part's value, is dropped."""
        self.recent.release(self.visits.get(request.session_hash))
        self.visits.close(request.session_hash)
        self.state_holder.session_data.pop(request.session_hash, None)
        return_freed_memory()


def build_page(engine: Engine | None = None, library: RunLibrary | None = None) -> Page:
    """The page over an engine; the models of this process if none is given. Runs are stored in the library, such as
    `RunLibrary.open(shared=False)`; nowhere if none is given."""
    engine = engine or SharedEngine()
    page = Page(engine, library or RunLibrary())
    with page:
        parts = layout.build(engine.menu)
        api_wiring.wire(engine, choose_keeper(page.library))  # first: its names are its own
        _open_first_story(parts)
        wire(parts, engine, page.visits)
        lab_wiring.wire(parts, engine, page.visits)
        file_wiring.wire(parts, page.visits)
        compare_wiring.wire(parts, engine, page.visits)
        runs_wiring.wire(parts, engine, page.visits)
        reload_wiring.wire(page, parts, page.visits, page.recent)
        page.unload(page.leave)
    return page


def _open_first_story(parts: layout.Parts) -> None:
    """Give the parts what they hold before anything happens: a page opens with a recorded run that is drawn."""
    for part, value in gradio_updates(parts, navigate.open_story(Visit(), stories.FIRST)).items():
        if isinstance(value, dict):
            part.interactive = value.get("interactive", True)
        else:
            part.value = value
