"""The runs that a command is given: files of any format that pfviz reads, folders of them, or ids of stored runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pfviz.errors import StoreError
from pfviz.store import Store, default_path
from pfviz.trace import Trace, load
from pfviz.trace.importers import list_suffixes, open_traces


@dataclass(frozen=True, slots=True)
class RunSource:
    """Where recorded runs are.

    Args:
        path: of a file or a folder; of a stored run its id.
        is_stored: whether it is a stored run.
    """

    path: Path
    is_stored: bool = False

    @property
    def name(self) -> str:
        """That of the file, or the id."""
        return self.path.name

    def files(self) -> list[RunSource]:
        """Those in a folder that end as traces do, by name; else the source itself."""
        if self.is_stored or not self.path.is_dir():
            return [self]
        return [RunSource(file) for suffix in list_suffixes() for file in sorted(self.path.glob(f"*{suffix}"))]

    def traces(self) -> list[Trace]:
        """The runs in it; raises `TraceError` or `StoreError` where there is none."""
        if not self.is_stored:
            return list(open_traces(self.path))
        with Store() as store:
            return [store.load(str(self.path))]


class RunSourceType(click.ParamType[RunSource]):
    """A file or the id of a stored run; with `folders` a folder of files, too."""

    name = "file|id"

    def __init__(self, folders: bool = False) -> None:
        self.folders = folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> RunSource:
        """Look for it; what is neither is refused."""
        path = Path(value)
        if path.is_dir() and not self.folders:
            self.fail(f"{value} is a folder. Name a file in it.", param, ctx)
        if path.exists():
            return RunSource(path)
        if default_path().exists():  # to look is no reason to make one
            try:
                with Store() as store:
                    return RunSource(Path(store.entry(str(value)).id), is_stored=True)
            except StoreError:
                pass
        self.fail(f"{value!r} is no file, and no stored run has that id. `pfviz runs list` shows them.", param, ctx)


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
