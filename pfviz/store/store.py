"""Runs in one SQLite file: stored step by step as they happen, found again, gone on with."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from pfviz.errors import StoreError
from pfviz.store import pieces
from pfviz.store.database import Database
from pfviz.store.encoding import decode_run, is_old
from pfviz.store.entry import RunEntry, read_entry, summarise
from pfviz.store.limits import Limits, choose_runs_to_go
from pfviz.store.location import default_path
from pfviz.store.processes import is_running, name_process
from pfviz.store.search import SORTS, clean_text, select_runs
from pfviz.trace.trace import Trace

ID_LETTERS, ID_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 10  # none that is taken for another one
MAX_NAME, MAX_TAG, MAX_TAGS = 200, 40, 20  # characters, characters of a tag, and tags of a run
_TAG_LIST = "(SELECT group_concat(tag, char(10)) FROM tags WHERE tags.run = runs.number) AS tag_list"


class Store:
    """Stored runs in the file `path`, by default `default_path()`; it is made if it is not there.

    Threads may share a store, and processes a file: a step is written in one transaction, and what was recorded is
    there again after a crash. `owner` is whose run it is, any text; where it is None, the runs of all are meant. A run
    of another owner is answered as one that is not there. `limits` are kept whenever a run is added; `clock` gives
    seconds since 1970.

    Every method raises `StoreError`: for a file that is damaged, foreign or cannot be written, which is left as it is,
    and for a run that is not there.
    """

    def __init__(
        self, path: str | Path | None = None, *, limits: Limits | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = Database(default_path() if path is None else Path(path))
        self._limits, self._clock = limits or Limits(), clock

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def close(self) -> None:
        """Close the file. A store that is closed raises `StoreError`."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- a run that goes on ------------------------------------------------------------------------------------------

    def begin(self, trace: Trace, owner: str = "") -> str:
        """Store a run that this process makes, as far as it is, and return its id; `record` goes on with it."""
        return self._add(trace, owner, name_process())

    def record(self, run_id: str, trace: Trace) -> None:
        """Store the steps that are new since the last call. A trace that holds fewer than are stored, such as that of a
        run that goes on and is not yet past them, changes nothing."""
        with self._write_run(run_id, None) as (database, row):
            if sum(sweep.steps for sweep in trace.sweeps) < row["steps"]:
                return
            if row["process"] != (here := name_process()) and is_old(row["head"]):  # begun by an earlier pfviz
                pieces.clear(database, row["number"])
            pieces.append(database, row["number"], trace)
            self._update(database, row["number"], trace, here if trace.status == "running" else "")

    def interrupt(self, run_id: str) -> None:
        """Say that nobody records the run any more, if it had not ended."""
        with self._write_run(run_id, None) as (database, row):
            if row["status"] == "running":
                self._settle(database, row["number"])

    def save(self, trace: Trace, owner: str = "") -> str:
        """Store a run that is over, such as one from a file, and return its id."""
        return self._add(trace, owner, "")

    def replace(self, run_id: str, trace: Trace, owner: str | None = None) -> None:
        """Store another trace in the place of a run's, such as one that was marked since."""
        with self._write_run(run_id, owner) as (database, row):
            pieces.clear(database, row["number"])
            pieces.append(database, row["number"], trace)
            self._update(database, row["number"], trace, row["process"])

    # --- what there is -----------------------------------------------------------------------------------------------

    def load(self, run_id: str, owner: str | None = None) -> Trace:
        """Return the trace of a run; one that was interrupted is a stopped one, with which `pfviz.resume` goes on."""
        entry = self.entry(run_id, owner)
        with self._database.read() as database:
            head, found = pieces.read_pieces(database, run_id)
        try:
            trace = decode_run(head, found)
        except StoreError as error:
            raise StoreError(f"Run {run_id}: {error}") from error
        return replace(trace, status="stopped") if entry.status == "interrupted" else trace

    def entry(self, run_id: str, owner: str | None = None) -> RunEntry:
        """Return what is known of a run that is not deleted."""
        self._settle_gone()
        with self._database.read() as database:
            row = database.execute(f"SELECT *, {_TAG_LIST} FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None or (owner is not None and row["owner"] != owner):
            raise StoreError(f"There is no run {str(run_id)[:40]!r} here.")
        if row["deleted"] is not None:
            raise StoreError(f"Run {run_id} was deleted. Restore it first.")
        return read_entry(row)

    def entries(
        self, query: str = "", *, sort: str = "newest", limit: int | None = None, offset: int = 0, **filters: Any
    ) -> list[RunEntry]:
        """Return the runs in which every word of `query` stands, or begins one: in problem, name, tags, answer, or what
        a particle wrote.

        `filters` are `owner`, `status`, `method`, `tag`, `starred` and `deleted` (False); None is no filter. `sort` is
        one of `search.SORTS`.
        """
        if sort not in SORTS:
            raise StoreError(f"Runs are not sorted by {sort!r}; choose one of {', '.join(SORTS)}.")
        self._settle_gone()
        where, values = select_runs(query, **filters)
        with self._database.read() as database:
            rows = database.execute(
                f"SELECT *, {_TAG_LIST} FROM runs WHERE {where} ORDER BY {SORTS[sort]} LIMIT ? OFFSET ?",
                (*values, -1 if limit is None else limit, offset),
            ).fetchall()
        return [read_entry(row) for row in rows]

    def count(self, query: str = "", **filters: Any) -> int:
        """Return how many runs `entries` finds without a limit."""
        self._settle_gone()
        where, values = select_runs(query, **filters)
        with self._database.read() as database:
            return int(database.execute(f"SELECT count(*) FROM runs WHERE {where}", values).fetchone()[0])

    def choices(self, owner: str | None = None) -> dict[str, list[str]]:
        """Return what runs can be filtered by: "status", "method" and "tag" → what there is, sorted."""
        where, values = select_runs(owner=owner)
        tags = f"SELECT DISTINCT tag FROM tags WHERE run IN (SELECT number FROM runs WHERE {where}) ORDER BY tag"
        with self._database.read() as database:
            found = {
                column: [row[0] for row in database.execute(
                    f"SELECT DISTINCT {column} FROM runs WHERE {where} ORDER BY {column}", values
                )]
                for column in ("status", "method")
            }  # fmt: skip
            return found | {"tag": [row[0] for row in database.execute(tags, values)]}

    # --- what a person does with them --------------------------------------------------------------------------------

    def rename(self, run_id: str, name: str, owner: str | None = None) -> None:
        """Give a run a name; an empty one takes it away."""
        with self._write_run(run_id, owner) as (database, row):
            name = clean_text(" ".join(name.split())[:MAX_NAME])
            database.execute("UPDATE runs SET name = ? WHERE number = ?", (name, row["number"]))
            pieces.index_run(database, row["number"])

    def tag(self, run_id: str, *tags: str, owner: str | None = None) -> None:
        """Add tags to a run."""
        with self._write_run(run_id, owner) as (database, row):
            clean = [clean_text(name) for tag in tags if (name := " ".join(tag.split())[:MAX_TAG])]
            known = {name for (name,) in database.execute("SELECT tag FROM tags WHERE run = ?", (row["number"],))}
            if len(known.union(clean)) > MAX_TAGS:
                raise StoreError(f"A run has at most {MAX_TAGS} tags; take one away first.")
            database.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(row["number"], tag) for tag in clean])
            pieces.index_run(database, row["number"])

    def untag(self, run_id: str, *tags: str, owner: str | None = None) -> None:
        """Take tags away from a run."""
        with self._write_run(run_id, owner) as (database, row):
            gone = [(row["number"], " ".join(tag.split())) for tag in tags]
            database.executemany("DELETE FROM tags WHERE run = ? AND tag = ?", gone)
            pieces.index_run(database, row["number"])

    def star(self, run_id: str, starred: bool = True, owner: str | None = None) -> None:
        """Mark a run as one to keep; or, with False, as one like others."""
        with self._write_run(run_id, owner) as (database, row):
            database.execute("UPDATE runs SET starred = ? WHERE number = ?", (starred, row["number"]))

    def delete(self, *run_ids: str, owner: str | None = None) -> None:
        """Take runs out of the lists; `restore` brings them back, until `purge`."""
        with self._database.write():
            for run_id in run_ids:
                with self._write_run(run_id, owner) as (database, row):
                    now = (self._clock(), row["number"])
                    database.execute("UPDATE runs SET deleted = ? WHERE number = ?", now)

    def restore(self, *run_ids: str, owner: str | None = None) -> None:
        """Bring back runs that were deleted."""
        with self._database.write():
            for run_id in run_ids:
                with self._write_run(run_id, owner) as (database, row):
                    database.execute("UPDATE runs SET deleted = NULL WHERE number = ?", (row["number"],))

    def purge(self, limits: Limits = Limits(deleted_days=0)) -> int:  # noqa: B008  # frozen
        """Remove for good what the limits do not allow, by default all that was deleted; return how many it was."""
        with self._database.write() as database:
            gone = choose_runs_to_go(database, limits, self._clock())
            pieces.remove(database, gone)
        return len(gone)

    # --- rows --------------------------------------------------------------------------------------------------------

    def _add(self, trace: Trace, owner: str, process: str) -> str:
        run_id = "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
        with self._database.write() as database:
            number = pieces.insert(database, run_id, owner, trace, self._clock())
            pieces.append(database, number, trace)
            self._update(database, number, trace, process)
            if self._limits != Limits():
                gone = choose_runs_to_go(database, self._limits, self._clock())
                pieces.remove(database, [one for one in gone if one != number])
        return run_id

    def _update(self, database: sqlite3.Connection, number: int, trace: Trace, process: str) -> None:
        found = summarise(trace) | {"process": process, "updated": self._clock()}
        found["answer"] = clean_text(found["answer"])
        if trace.status == "running" and not process:
            found["status"] = "interrupted"
        columns = ", ".join(f"{name} = :{name}" for name in found)
        database.execute(f"UPDATE runs SET {columns} WHERE number = :number", found | {"number": number})
        if trace.status != "running":
            pieces.index_run(database, number)

    @contextmanager
    def _write_run(self, run_id: str, owner: str | None) -> Iterator[tuple[sqlite3.Connection, sqlite3.Row]]:
        """A transaction over a run, with its row; within another one, a part of that."""
        with self._database.write() as database:
            row = database.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None or (owner is not None and row["owner"] != owner):
                raise StoreError(f"There is no run {str(run_id)[:40]!r} here.")
            yield database, row

    def _settle_gone(self) -> None:
        """Runs whose process is gone are interrupted."""
        with self._database.read() as database:
            rows = database.execute("SELECT number, process FROM runs WHERE status = 'running'").fetchall()
        gone = [row["number"] for row in rows if not is_running(row["process"])]
        if gone:
            with self._database.write() as database:
                for number in gone:
                    self._settle(database, number)

    def _settle(self, database: sqlite3.Connection, number: int) -> None:
        """The run is interrupted; what its particles had answered by then is looked at now."""
        columns = "status = 'interrupted', process = ''"
        database.execute(f"UPDATE runs SET {columns} WHERE number = ? AND status = 'running'", (number,))
        run_id = database.execute("SELECT id FROM runs WHERE number = ?", (number,)).fetchone()[0]
        try:
            found = summarise(replace(decode_run(*pieces.read_pieces(database, run_id)), status="stopped"))
        except StoreError:
            return  # it says so when it is opened
        known = (clean_text(found["answer"]), found["verdict"], number)
        database.execute("UPDATE runs SET answer = ?, verdict = ? WHERE number = ?", known)
        pieces.index_run(database, number)
