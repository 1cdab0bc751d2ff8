"""A file that is foreign, damaged, of a later version or not to be written is refused in words, and stays as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pfviz.errors import StoreError
from pfviz.store import Store, default_path
from pfviz.store.migrations import MIGRATIONS
from tests.traces import synthetic_trace

TRACE = synthetic_trace(4, 3)


def refuse(path: Path, words: str) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreError, match=words) as caught:
        Store(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    path.write_text("my notes " * 40, encoding="utf-8")
    refuse(path, "is no file of stored runs.*PFVIZ_HOME")
    path.write_bytes(b"SQLite format 3\x00")
    refuse(path, "is no file of stored runs")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE runs (id TEXT)")
        other.commit()
    refuse(path, "of another program")


def test_a_database_of_a_later_pfviz(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as later:
        later.execute("INSERT INTO migrations VALUES ('of_next_year', 0)")
        later.commit()
    refuse(path, "later pfviz.*Update")


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store(path) as store:
        for _ in range(4):
            store.save(TRACE)
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(data)
    refuse(path, "is damaged.*move it away")


def test_a_damaged_run_says_so_and_the_others_open(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.db") as store:
        wrong, right = store.save(TRACE), store.save(TRACE)
        with store._database.write() as database:
            database.execute("UPDATE steps SET data = x'00' WHERE run = 1 AND step = 1")
        with pytest.raises(StoreError, match=f"Run {wrong}.*is damaged"):
            store.load(wrong)
        assert store.load(right).steps == TRACE.steps


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be written.*PFVIZ_HOME"):
        Store(tmp_path / "file" / "runs.db")


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs.db")
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.entries()


def test_a_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "runs.db"
    Store(path).close()

    def add_colour(database: sqlite3.Connection) -> None:
        database.execute("ALTER TABLE runs ADD COLUMN colour TEXT")

    monkeypatch.setattr("pfviz.store.database.MIGRATIONS", (*MIGRATIONS, add_colour))
    for _ in range(2):
        with Store(path) as store, store._database.read() as database:
            assert database.execute("SELECT count(colour) FROM runs").fetchone()[0] == 0


def test_the_place_is_the_folder_that_the_environment_names(tmp_path: Path) -> None:
    assert default_path({"PFVIZ_HOME": str(tmp_path)}) == tmp_path / "runs.db"
    assert default_path({}).parts[-2:] == ("pfviz", "runs.db")
