"""What a visitor does in the view "Runs", and a link that is followed. Each yields or returns the page's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pfviz.errors import PfvizError, StoreError
from pfviz.figures.size_limit import check_drawable
from pfviz.page.actions import navigate
from pfviz.page.components.html import error_banner
from pfviz.page.render import compare_view, runs_view, stories
from pfviz.page.render.lab import lab_view
from pfviz.page.render.part_values import PartValues
from pfviz.page.render.run import run_link
from pfviz.page.state.stored_runs import ROWS, StoredRuns
from pfviz.page.state.visits import Visit
from pfviz.store import Store
from pfviz.store.search import SORTS
from pfviz.text import pluralise, shorten
from pfviz.trace import Trace

MAX_CHOSEN = 200
MAX_TEXT = 1000  # characters of what is typed


def show_list(visit: Visit) -> Iterator[PartValues]:
    """The list as it is now: at once, and again with the pictures that had to be drawn."""
    here = visit.stored
    here.can_keep = here.store is not None and not _why_not_kept(visit)
    if not runs_view.has_pictures(here):
        yield runs_view.render_parts(here, pictures=False)
    yield runs_view.render_parts(here)


def act(visit: Visit, sent: Mapping[str, Any]) -> Iterator[PartValues]:
    """Filter the list, mark a run, delete some, bring them back, or keep the run of "This run"; then the list."""
    here, what = visit.stored, sent.get("do")
    if what != "refresh":
        here.say()
    store = here.store
    if store is not None:
        try:
            _act(visit, store, what, sent)
        except StoreError as error:
            here.say(str(error), is_error=True)
    yield from show_list(visit)


def _act(visit: Visit, store: Store, what: object, sent: Mapping[str, Any]) -> None:
    here, ids = visit.stored, read_ids(sent)
    match what:
        case "filter":
            _set_filter(here, sent)
        case "more":
            here.rows += ROWS
        case "star" if ids:
            store.star(ids[0], sent.get("on") is True, owner=here.owner)
        case "edit" if ids:
            store.rename(ids[0], _read_text(sent.get("name")), owner=here.owner)
            before = store.entry(ids[0], owner=here.owner).tags
            tags = [tag.strip().lstrip("#") for tag in _read_text(sent.get("tags")).split(",")]
            store.untag(ids[0], *(tag for tag in before if tag not in tags), owner=here.owner)
            store.tag(ids[0], *tags, owner=here.owner)
        case "delete" if ids:
            title = shorten(store.entry(ids[0], owner=here.owner).title, 60)
            store.delete(*ids, owner=here.owner)
            here.say(f"Deleted {f'“{title}”' if len(ids) == 1 else pluralise(len(ids), 'run')}.", undo=tuple(ids))
        case "restore" if here.undo or ids:
            store.restore(*ids, owner=here.owner)
            here.say(f"{pluralise(len(ids), 'run')} {'is' if len(ids) == 1 else 'are'} back.")
        case "keep":
            _keep(visit)
        case _:
            pass


def _set_filter(here: StoredRuns, sent: Mapping[str, Any]) -> None:
    here.query, here.rows = _read_text(sent.get("query")), ROWS
    chosen = {name: _read_text(sent.get(name)) for name in ("status", "method", "tag")}
    here.filters = {name: value for name, value in chosen.items() if value}
    if sent.get("starred") is True:
        here.filters["starred"] = True
    order = _read_text(sent.get("sort"))
    here.sort = order if order in SORTS else "newest"


def _keep(visit: Visit) -> None:
    """Store the run of "This run", such as one from a file."""
    here, why = visit.stored, _why_not_kept(visit)
    if why or visit.trace is None:
        here.say(why)
    elif run_id := here.keep(visit.trace):
        visit.run_id = run_id
        here.say("The open run is stored now.")


def _why_not_kept(visit: Visit) -> str:
    """Why the run of "This run" need not be stored, or cannot be; empty for one from a file."""
    if visit.run_id:
        return "The open run is stored already."
    if visit.trace is None or not visit.trace.steps or visit.run is not None:
        return "There is no run to keep yet."
    return "The open run is a recorded one, which is always there." if stories.story_of(visit.trace) else ""


def open_run(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """A stored run takes the place of "This run"; one that cannot be opened leaves everything as it is."""
    ids = read_ids(sent)
    return follow_link(visit, {"run": ids[0]}) if ids else {}


def follow_link(visit: Visit, place: Mapping[str, str]) -> PartValues:
    """Show the run that an address names, a stored one or a story, with the particle that is looked at there. A run of
    another visitor is answered as one that is not there."""
    name = place.get("run", "")
    if name.startswith(run_link.STORY):
        values = navigate.open_story(visit, name.removeprefix(run_link.STORY))
        run_id = ""
    else:
        trace, why = load_run(visit.stored, name)
        if trace is None:
            return {"banner": error_banner(why)}
        values, run_id = navigate.show_trace(visit, trace), name
        if trace.status == "running":
            values["resumable"] = False  # it goes on somewhere else
    visit.run_id = run_id
    return values | look_at(visit, place) | {"link": run_link.render_link(visit)}


def look_at(visit: Visit, place: Mapping[str, str]) -> PartValues:
    """Select the particle of an address in the run that is shown; what is not in the run is passed over."""
    sweep, step, particle = run_link.read_place(place)
    trace = visit.trace
    if trace is None or (sweep is None and (step is None or particle is None)):
        return {}
    if sweep is not None and 0 <= sweep < len(trace.earlier):
        visit.sweep = sweep
    shown = visit.shown_sweep
    if shown is not None and step in range(shown.steps) and particle in range(shown.particles):
        visit.selected = int(shown.uids[step, particle])
    return navigate.redraw(visit)


def load_run(here: StoredRuns, run_id: str) -> tuple[Trace | None, str]:
    """A stored run that can be drawn; or None, and why."""
    if here.store is None:
        return None, f"There is no run {run_id[:40]!r} here."
    try:
        trace = here.store.load(run_id, owner=here.owner)
        check_drawable(trace)
    except PfvizError as error:
        return None, str(error)
    return (trace, "") if trace.steps else (None, "The run has no complete step: there is nothing to draw.")


def compare(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """The chosen runs stand in the view "Compare"."""
    found, wrong = _load_all(visit.stored, read_ids(sent))
    visit.compare.messages = (*wrong, *visit.compare.add(found))
    return compare_view.render_parts(visit.compare)


def diagnose(visit: Visit, sent: Mapping[str, Any]) -> Iterator[PartValues]:
    """The chosen runs are in the reward lab."""
    yield {"lab_progress": lab_view.reading_progress(len(read_ids(sent)))}
    found, wrong = _load_all(visit.stored, read_ids(sent))
    visit.lab.messages = (*wrong, *visit.lab.add(found))
    visit.lab.diagnose()
    yield lab_view.render_parts(visit.lab) | {"lab_progress": lab_view.idle_progress()}


def _load_all(here: StoredRuns, ids: Sequence[str]) -> tuple[list[Trace], list[str]]:
    told = [load_run(here, run_id) for run_id in ids]
    return [trace for trace, _ in told if trace is not None], [why for trace, why in told if trace is None]


def read_ids(sent: Mapping[str, Any]) -> list[str]:
    """Return the runs that a browser names."""
    given = sent.get("runs")
    return [one for one in given[:MAX_CHOSEN] if isinstance(one, str)] if isinstance(given, list) else []


def _read_text(sent: object) -> str:
    return sent[:MAX_TEXT] if isinstance(sent, str) else ""
