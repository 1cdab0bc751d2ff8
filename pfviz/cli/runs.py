"""`pfviz runs`: the stored runs, listed, searched, marked, exported, deleted and restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pfviz.cli.screen import tables
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable, write_run
from pfviz.cli.screen.terminal import console, one_line, untrusted_text
from pfviz.errors import StoreError
from pfviz.inference.methods import METHODS
from pfviz.store import Limits, RunEntry, Store, default_path
from pfviz.store.search import SORTS
from pfviz.text import pluralise, shorten

_MAX_TITLE, _MAX_ANSWER = 48, 20  # characters in a table
_MARKS = {"right": " ✓", "wrong": " ✗", "unknown": ""}
STATUSES = ("running", "interrupted", "stopped", "finished", "step limit")


@contextmanager
def open_store() -> Iterator[Store]:
    """The store of this machine; to look into it is no reason to make one."""
    if not default_path().exists():
        raise StoreError(f"No run is stored here yet ({default_path()}). `pfviz run` stores those that it makes.")
    with Store() as store:
        yield store


@click.group()
def runs() -> None:
    """List, search, mark, export and delete the stored runs: those of `pfviz run` and of the page on this machine.

    They are in the folder that PFVIZ_HOME names, else where the system keeps data of its users.

    \b
    pfviz runs list
    pfviz runs search "marbles bags" --status finished
    pfviz runs open ID --out run.json
    """


_FILTERS = (
    click.option("--status", type=click.Choice(STATUSES), help="Those that ended so."),
    click.option("--method", type=click.Choice(list(METHODS)), help="Those of this method."),
    click.option("--tag", help="Those with this tag."),
    click.option("--starred", is_flag=True, help="Starred ones alone."),
    click.option("--deleted", is_flag=True, help="Deleted ones, which `pfviz runs restore` brings back."),
    click.option("--sort", type=click.Choice(list(SORTS)), default="newest", help="Their order."),
    click.option("--limit", type=click.IntRange(1), default=30, help="So many of them at most."),
)


def _filter_options(command: Any) -> Any:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@runs.command("list")
@_filter_options
def list_runs(**filters: Any) -> None:
    """Print a row for each stored run, the newest first."""
    _print_runs(console(), "", filters)


@runs.command()
@click.argument("words", nargs=-1, required=True)
@_filter_options
def search(words: tuple[str, ...], **filters: Any) -> None:
    """Print the stored runs in which all WORDS stand, or begin a word: in problem, name, tags, answer or solutions."""
    _print_runs(console(), " ".join(words), filters)


@runs.command()
@click.argument("run_id", metavar="ID")
def show(run_id: str) -> None:
    """Print a stored run, as `pfviz show` prints a file."""
    screen = console()
    with open_store() as store:
        entry, trace = store.entry(run_id), store.load(run_id)
    screen.print(tables.heading(trace))
    if entry.name or entry.tags:
        screen.print(untrusted_text(one_line(" ".join([entry.name, *(f"#{tag}" for tag in entry.tags)])), "dim"))
    screen.print()
    screen.print(tables.steps(trace))
    screen.print()
    tables.print_result(screen, trace)


@runs.command("open")
@click.argument("run_id", metavar="ID")
@click.option("--out", "-o", type=OUTPUT_FILE, callback=check_writable, help="Write the trace here, as JSON.")
@click.option("--html", type=OUTPUT_FILE, callback=check_writable, help="Write all pictures here, as an offline page.")
def open_run(run_id: str, out: Path | None, html: Path | None) -> None:
    """Export a stored run to files; without an option, its trace to ID.json."""
    screen = console()
    with open_store() as store:
        trace = store.load(run_id)
    if out is None and html is None:
        out = Path(f"{run_id}.json")
    write_run(screen, trace, out, html)


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--name", help="Call it so; an empty text takes the name away.")
@click.option("--tag", "tags", multiple=True, help="Add this tag; may be given several times.")
@click.option("--untag", "untags", multiple=True, help="Take this tag away; may be given several times.")
@click.option("--star/--unstar", default=None, help="Star it, which keeps it longest; or not any more.")
def mark(run_id: str, name: str | None, tags: tuple[str, ...], untags: tuple[str, ...], star: bool | None) -> None:
    """Give a stored run a name, tags or a star."""
    with open_store() as store:
        if name is not None:
            store.rename(run_id, name)
        store.untag(run_id, *untags)
        store.tag(run_id, *tags)
        if star is not None:
            store.star(run_id, star)
        console().print(_build_table([store.entry(run_id)]))


@runs.command()
@click.argument("run_ids", metavar="ID…", nargs=-1, required=True)
def delete(run_ids: tuple[str, ...]) -> None:
    """Delete stored runs; `pfviz runs restore` brings them back, until `pfviz runs purge`."""
    with open_store() as store:
        store.delete(*run_ids)
    console().print(f"Deleted {pluralise(len(run_ids), 'run')}; pfviz runs restore brings back.", markup=False)


@runs.command()
@click.argument("run_ids", metavar="ID…", nargs=-1, required=True)
def restore(run_ids: tuple[str, ...]) -> None:
    """Bring back runs that were deleted."""
    with open_store() as store:
        store.restore(*run_ids)
    console().print(f"Restored {pluralise(len(run_ids), 'run')}", markup=False)


@runs.command()
@click.option("--days", type=click.FloatRange(0), help="Remove runs too that are older, unless they are starred.")
def purge(days: float | None) -> None:
    """Remove for good what was deleted."""
    with open_store() as store:
        removed = store.purge(Limits(deleted_days=0, days=days))
    console().print(f"Removed {pluralise(removed, 'run')} for good", markup=False)


def _print_runs(screen: Console, query: str, filters: dict[str, Any]) -> None:
    sort, limit, deleted = filters.pop("sort"), filters.pop("limit"), filters.pop("deleted")
    chosen = {name: value for name, value in filters.items() if value} | {"deleted": deleted}
    with open_store() as store:
        found, total = store.entries(query, sort=sort, limit=limit, **chosen), store.count(query, **chosen)
    if not found:
        screen.print("No stored run is like that.")
        return
    screen.print(_build_table(found))
    if total > len(found):
        screen.print(f"{total - len(found)} more; --limit shows them.", markup=False)


def _build_table(entries: list[RunEntry]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("id", "", "run", "method"):
        table.add_column(name, no_wrap=name != "run")
    for name in ("N", "steps"):
        table.add_column(name, justify="right")
    for name in ("status", "answer", "last step"):
        table.add_column(name, no_wrap=True)
    for entry in entries:
        title = " ".join([shorten(one_line(entry.title), _MAX_TITLE), *(f"#{one_line(tag)}" for tag in entry.tags)])
        answer = shorten(one_line(entry.answer or ""), _MAX_ANSWER) + _MARKS[entry.verdict]
        table.add_row(
            entry.id, "★" if entry.starred else "", untrusted_text(title), untrusted_text(one_line(entry.method)),
            str(entry.particles), str(entry.steps), entry.status, untrusted_text(answer),
            f"{entry.updated.astimezone():%Y-%m-%d %H:%M}",
        )  # fmt: skip
    return table
