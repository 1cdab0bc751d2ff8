"""The view "Runs": what is stored, as a list. A visit's filter → the value of every part."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from pfviz.errors import PfvizError
from pfviz.inference.methods import METHODS
from pfviz.page.components.html import fill
from pfviz.page.render.part_values import PartValues
from pfviz.page.state.stored_runs import SHARED_LIMITS, StoredRuns
from pfviz.store import RunEntry
from pfviz.stories.thumbnail import draw_thumbnail
from pfviz.text import pluralise

PARTS = ("runs_note", "runs_filters", "runs_list")
SORT_TITLES = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "name": "By name",
    "particles": "Most particles",
    "steps": "Most steps",
    "ess": "Lowest ESS",
}
_MAX_DRAWN = 20_000  # particles times steps of a run that is drawn small


def search_bar() -> str:
    """Return the field for what is searched, and what is done with the runs that are selected."""
    return fill("runs/bar.html.j2")


def render_parts(runs: StoredRuns, *, pictures: bool = True) -> PartValues:
    """Everything that depends on the stored runs; without `pictures`, only those that are drawn already."""
    store = runs.store
    if store is None:
        return {"runs_note": _note(runs, _why_none(runs)), "runs_filters": "", "runs_list": ""}
    filters = {**runs.filters, "owner": runs.owner}
    try:
        entries = store.entries(runs.query, sort=runs.sort, limit=runs.rows, **filters)
        total, choices = store.count(runs.query, **filters), store.choices(runs.owner)
    except PfvizError as error:
        return {"runs_note": _note(runs, str(error)), "runs_filters": "", "runs_list": ""}
    is_any = bool(choices["status"])
    return {
        "runs_note": _note(runs),
        "runs_filters": _filters(runs, choices, is_any) if is_any or runs.can_keep else "",
        "runs_list": _list(runs, entries, total, pictures) if is_any else _empty(runs),
    }


def has_pictures(runs: StoredRuns) -> bool:
    """Whether every run of the list is drawn already."""
    if runs.store is None:
        return True
    try:
        entries = runs.store.entries(runs.query, sort=runs.sort, limit=runs.rows, **runs.filters, owner=runs.owner)
    except PfvizError:
        return True
    return all(runs.library.picture(_picture_key(entry)) is not None for entry in entries)


def _list(runs: StoredRuns, entries: list[RunEntry], total: int, pictures: bool) -> str:
    rows = [
        {
            "entry": entry,
            "picture": _picture(runs, entry, draw=pictures),
            "method": METHODS[entry.method].title if entry.method in METHODS else entry.method,
            "when": describe_age(entry.updated),
        }
        for entry in entries
    ]
    return fill("runs/list.html.j2", rows=rows, total=total, more=total - len(entries))


def _picture_key(entry: RunEntry) -> tuple[str, int, str]:
    return entry.id, entry.steps, entry.verdict


def _picture(runs: StoredRuns, entry: RunEntry, *, draw: bool) -> Markup | None:
    def make() -> Markup:
        if entry.particles * entry.steps > _MAX_DRAWN or runs.store is None:
            return Markup()
        try:
            trace = runs.store.load(entry.id)
        except PfvizError:
            return Markup()  # it says so when it is opened
        return draw_thumbnail(trace) if trace.steps else Markup()

    return runs.library.picture(_picture_key(entry), make if draw else None)


def _filters(runs: StoredRuns, choices: dict[str, list[str]], is_any: bool) -> str:
    methods = [(METHODS[name].title if name in METHODS else name, name) for name in choices["method"]]
    selects = [
        ("status", "Any status", [(name.capitalize(), name) for name in choices["status"]]),
        ("method", "Any method", methods),
        ("tag", "Any tag", [(name, name) for name in choices["tag"]]),
    ]
    shown = [(name, title, options, runs.filters.get(name)) for name, title, options in selects if len(options) > 1
             or runs.filters.get(name) or (name == "tag" and options)]  # fmt: skip
    return fill("runs/filters.html.j2", selects=shown, sorts=SORT_TITLES, runs=runs, is_any=is_any)


def _empty(runs: StoredRuns) -> str:
    days = SHARED_LIMITS.days if runs.is_shared else None
    return fill("runs/empty.html.j2", days=days)


def _note(runs: StoredRuns, why: str = "") -> str:
    return fill("runs/note.html.j2", message=runs.message, is_error=runs.is_error, undo=runs.undo, why=why)


def _why_none(runs: StoredRuns) -> str:
    if runs.library.store is not None:
        return "Your browser keeps nothing for this page, so it cannot tell your runs from those of others."
    return runs.library.reason or "This page was started without a place for runs."


def describe_age(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago that was; the day, where it is longer than a week."""
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    if seconds < 60:
        return "just now"
    for size, unit, most in ((60, "minute", 60), (3600, "hour", 24), (86400, "day", 8)):
        if seconds < size * most:
            return f"{pluralise(int(seconds / size), unit)} ago"
    return f"{then:%Y-%m-%d}"
