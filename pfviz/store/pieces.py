"""The rows of a run beside its entry: sweeps, steps and the words by which it is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pfviz.store.encoding import encode_run, encode_steps, encode_sweep
from pfviz.store.search import clean_text, to_words
from pfviz.trace.trace import Trace


def insert(database: sqlite3.Connection, run_id: str, owner: str, trace: Trace, now: float) -> int:
    """Add the row of a run that has no steps yet, and return its number."""
    row = {
        "id": run_id,
        "owner": owner,
        "problem": trace.problem,
        "method": trace.method,
        "generator": trace.generator,
        "reward": trace.reward,
        "particles": trace.particles,
        "seed": str(trace.seed),  # it may be larger than an integer of SQLite
        "status": trace.status,
        "started": trace.started,
        "updated": now,
        "head": b"",
    }
    clean = {name: clean_text(value) if isinstance(value, str) else value for name, value in row.items()}
    places = ", ".join(f":{name}" for name in row)
    added = database.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({places})", clean)
    assert added.lastrowid is not None
    return added.lastrowid


def append(database: sqlite3.Connection, number: int, trace: Trace) -> None:
    """Add the steps of a trace that the run does not have yet. Earlier sweeps than the last that is stored are over."""
    known = dict(database.execute("SELECT sweep, steps FROM sweeps WHERE run = ?", (number,)).fetchall())
    for sweep_number in range(max(known, default=0), len(trace.sweeps)):
        sweep, first = trace.sweeps[sweep_number], known.get(sweep_number, 0)
        database.execute(
            "INSERT OR REPLACE INTO sweeps VALUES (?, ?, ?, ?)",
            (number, sweep_number, sweep.steps, encode_sweep(sweep)),
        )
        for step, data in encode_steps(sweep, first):
            added = database.execute(
                "INSERT INTO steps (run, sweep, step, data) VALUES (?, ?, ?, ?)", (number, sweep_number, step, data)
            )
            words = to_words("\n".join(dict.fromkeys(filter(None, sweep.texts[step]))))
            database.execute("INSERT INTO step_words (rowid, texts) VALUES (?, ?)", (added.lastrowid, words))
            database.execute("UPDATE runs SET bytes = bytes + ? WHERE number = ?", (len(data) + len(words), number))
    database.execute("UPDATE runs SET head = ? WHERE number = ?", (encode_run(trace), number))
    if not known:
        index_run(database, number)


def read_pieces(database: sqlite3.Connection, run_id: str) -> tuple[bytes, list[tuple[bytes, list[bytes]]]]:
    """Return the pieces of a run, as `decode_run` takes them."""
    number, head = database.execute("SELECT number, head FROM runs WHERE id = ?", (run_id,)).fetchone()
    steps: dict[int, list[bytes]] = {}
    for sweep, data in database.execute("SELECT sweep, data FROM steps WHERE run = ? ORDER BY sweep, step", (number,)):
        steps.setdefault(sweep, []).append(data)
    sweeps = database.execute("SELECT sweep, head FROM sweeps WHERE run = ? ORDER BY sweep", (number,))
    return head, [(own, steps.get(sweep, [])) for sweep, own in sweeps]


def index_run(database: sqlite3.Connection, number: int) -> None:
    """The words of a run are those that it has now."""
    row = database.execute("SELECT problem, name, answer FROM runs WHERE number = ?", (number,)).fetchone()
    tags = " ".join(tag for (tag,) in database.execute("SELECT tag FROM tags WHERE run = ?", (number,)))
    words = [to_words(text or "") for text in (row["problem"], row["name"], tags, row["answer"])]
    database.execute("DELETE FROM run_words WHERE rowid = ?", (number,))
    database.execute(
        "INSERT INTO run_words (rowid, problem, name, tags, answer) VALUES (?, ?, ?, ?, ?)", (number, *words)
    )


def clear(database: sqlite3.Connection, number: int) -> None:
    """The run has no steps any more."""
    own = "SELECT number FROM steps WHERE run = ?"
    database.execute(f"DELETE FROM step_words WHERE rowid IN ({own})", (number,))
    database.execute("DELETE FROM steps WHERE run = ?", (number,))
    database.execute("DELETE FROM sweeps WHERE run = ?", (number,))
    database.execute("UPDATE runs SET bytes = 0 WHERE number = ?", (number,))


def remove(database: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Remove runs for good, with all that belongs to them."""
    for number in numbers:
        clear(database, number)
        database.execute("DELETE FROM run_words WHERE rowid = ?", (number,))
        database.execute("DELETE FROM runs WHERE number = ?", (number,))
