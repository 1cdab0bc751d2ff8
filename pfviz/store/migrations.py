"""What a file of stored runs consists of: named steps, each applied once, in this order. A step that was published is
never changed; what comes later is a further one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


def create_runs(database: sqlite3.Connection) -> None:
    """A run is a row, a row for each of its sweeps, and one for each step; `data` and `head` are JSON, compressed."""
    for statement in (
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            name TEXT NOT NULL DEFAULT '',
            problem TEXT NOT NULL,
            method TEXT NOT NULL,
            generator TEXT NOT NULL,
            reward TEXT NOT NULL,
            particles INTEGER NOT NULL,
            seed TEXT NOT NULL,
            steps INTEGER NOT NULL DEFAULT 0,
            status TEXT NOT NULL,
            answer TEXT,
            verdict TEXT NOT NULL DEFAULT 'unknown',
            ess REAL,
            tokens INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,
            started TEXT NOT NULL,
            updated REAL NOT NULL,
            starred INTEGER NOT NULL DEFAULT 0,
            deleted REAL,
            bytes INTEGER NOT NULL DEFAULT 0,
            process TEXT NOT NULL DEFAULT '',
            head BLOB NOT NULL
        )""",
        "CREATE INDEX runs_by_owner ON runs (owner, updated)",
        """CREATE TABLE sweeps (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            sweep INTEGER NOT NULL,
            steps INTEGER NOT NULL,
            head BLOB NOT NULL,
            PRIMARY KEY (run, sweep)
        ) WITHOUT ROWID""",
        """CREATE TABLE steps (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            sweep INTEGER NOT NULL,
            step INTEGER NOT NULL,
            data BLOB NOT NULL,
            UNIQUE (run, sweep, step)
        )""",
        """CREATE TABLE tags (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            PRIMARY KEY (run, tag)
        ) WITHOUT ROWID""",
    ):
        database.execute(statement)


def create_search(database: sqlite3.Connection) -> None:
    """Words of a run, by its number, and of what was written in a step, by the step's: a run that grows adds rows, and
    rewrites none."""
    database.execute("CREATE VIRTUAL TABLE run_words USING fts5(problem, name, tags, answer)")
    database.execute("CREATE VIRTUAL TABLE step_words USING fts5(texts)")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (create_runs, create_search)
