"""One SQLite file: opened, brought up to date, and read and written by any number of threads and processes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pfviz.errors import StoreError
from pfviz.store.migrations import MIGRATIONS

APPLICATION_ID = 0x70667672  # "pfvr", in the header of the file: https://www.sqlite.org/fileformat2.html
BUSY_SECONDS = 30.0  # for which another process may write
_MAGIC, _HEADER_BYTES, _ID_AT = b"SQLite format 3\x00", 100, 68
_DAMAGED = ("malformed", "not a database", "corrupt", "disk image")
_UNWRITABLE = ("readonly", "read-only", "unable to open", "permission", "disk i/o")


class Database:
    """A connection that threads share: one at a time, as SQLite has one writer anyway."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists() or path.stat().st_size == 0
            if not is_new:
                self._check_header()
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._explain(error) from error
        try:
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate()
            self._choose_wal()
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise self._explain(error) from error
            raise

    def close(self) -> None:
        """Close the file; nothing can be read or written any more."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection, to read from; raises `StoreError` for whatever SQLite says."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise self._explain(error) from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction: everything is written, or, where an error is raised, nothing. Within another
        one it is a part of that."""
        with self.read() as connection:
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _check_header(self) -> None:
        """Raise `StoreError` for a file that is not ours; it is only read."""
        with self.path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
            raise StoreError(
                f"{self.path}: is no file of stored runs. It was left as it is; move it away, or name another folder "
                "in PFVIZ_HOME."
            )
        if int.from_bytes(header[_ID_AT : _ID_AT + 4], "big") != APPLICATION_ID:
            raise StoreError(
                f"{self.path}: is a database of another program. It was left as it is; name another folder in "
                "PFVIZ_HOME."
            )

    def _migrate(self) -> None:
        """Apply what was not applied yet, all of it or nothing."""
        if self._read_applied() == [step.__name__ for step in MIGRATIONS]:
            return
        with self.write() as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, at REAL NOT NULL)")
            applied = self._read_applied()
            known = [step.__name__ for step in MIGRATIONS]
            if later := [name for name in applied if name not in known]:
                raise StoreError(
                    f"{self.path}: was written by a later pfviz ({later[0]}). Update pfviz, or name another folder in "
                    "PFVIZ_HOME."
                )
            for step in MIGRATIONS:
                if step.__name__ not in applied:
                    step(connection)
                    connection.execute("INSERT INTO migrations VALUES (?, ?)", (step.__name__, time.time()))

    def _read_applied(self) -> list[str]:
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
            return []
        return [row[0] for row in self._connection.execute("SELECT name FROM migrations ORDER BY rowid")]

    def _choose_wal(self) -> None:
        """Readers do not wait for a writer, and a step is on disk when it is recorded. The file remembers it; while it
        is changed, which happens once, another process may be in the way."""
        for attempt in range(20):
            try:
                if self._connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                    break
            except sqlite3.OperationalError:
                if attempt == 19:
                    raise
            time.sleep(0.05)
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _explain(self, error: sqlite3.Error) -> StoreError:
        text = str(error).lower()
        if isinstance(error, sqlite3.ProgrammingError):
            return StoreError(f"{self.path}: was closed; open it again with Store(path).")
        if any(word in text for word in _DAMAGED):
            return StoreError(
                f"{self.path}: is damaged ({error}). It was left as it is; move it away together with the files "
                "-wal and -shm beside it, and a new one is made."
            )
        if any(word in text for word in _UNWRITABLE):
            return self._unwritable(str(error))
        if "locked" in text or "busy" in text:
            return StoreError(f"{self.path}: another process has kept it locked for {BUSY_SECONDS:g} s. Try again.")
        if "full" in text:
            return StoreError(f"{self.path}: the disk is full. Make room, or remove runs: pfviz runs purge.")
        return StoreError(f"{self.path}: {error}")

    def _unwritable(self, why: str | None) -> StoreError:
        return StoreError(f"{self.path}: cannot be written ({why}). Name a folder that can be written in PFVIZ_HOME.")
