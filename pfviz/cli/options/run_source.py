"""A run that a command is given: a file of a trace, or the id of a stored one."""

from __future__ import annotations

from pathlib import Path

from pfviz.errors import StoreError
from pfviz.store import Store, default_path
from pfviz.trace import Trace, load


def load_run(source: str, store: Store | None = None) -> tuple[Trace, str]:
    """Return the trace that a command was given to go on with, and its id, which is empty for a file.

    Raises `TraceError` for a file that is none, `StoreError` for a run that is not there or still goes on.
    """
    if Path(source).is_file():
        return load(source), ""
    if store is None and not default_path().exists():  # to look is no reason to make one
        raise StoreError(f"{source!r} is no file, and no run is stored here. `pfviz run` stores those that it makes.")
    own = store or Store()
    try:
        trace, is_running = own.load(source), own.entry(source).status == "running"
    except StoreError as error:
        raise StoreError(f"{source!r} is no file, and {_lower(str(error))} `pfviz runs list` shows them.") from error
    finally:
        if store is None:
            own.close()
    if is_running:
        raise StoreError(f"Run {source} still goes on, in another process. Stop it there first.")
    return trace, source


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
