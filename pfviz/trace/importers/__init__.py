"""Files of recorded runs → traces. What a file is, is recognised by what is in it, never by its name.

A new format is one file in this folder and one line in `IMPORTERS`. The file has two functions: `recognise(data)` says
whether these bytes are of its format, `read(data)` gives the `Trace`, or raises `TraceError` saying what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pfviz.errors import TraceError
from pfviz.trace.json_file import read_bytes
from pfviz.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Importer:
    """A format.

    Args:
        name: a word for it.
        title: what a file of it is, in the middle of a sentence.
        module: the module with `recognise` and `read`, imported when a file is first opened.
        suffixes: how such files usually end: what a page offers to choose, and what is looked for in a folder.
    """

    name: str
    title: str
    module: str
    suffixes: tuple[str, ...]

    def recognise(self, data: bytes) -> bool:
        """Return whether the bytes of a file are of this format."""
        return bool(import_module(self.module).recognise(data))

    def read(self, data: bytes) -> Trace:
        """Return the trace in the bytes of a file; raises `TraceError` if they are damaged."""
        trace: Trace = import_module(self.module).read(data)
        return trace


IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in [
        Importer("pfviz", "a trace of pfviz (JSON)", "pfviz.trace.importers.pfviz_json", (".json",)),
    ]
}
"""By name. The first one that recognises a file reads it."""


def open_trace(path: str | Path) -> Trace:
    """Return the trace in a file of any format of `IMPORTERS`.

    Raises:
        TraceError: the file cannot be read, is too large, damaged, or of no format that is known; the message says what
            is wrong and, of an unknown one, what was expected.
    """
    data = read_bytes(path)
    for importer in IMPORTERS.values():
        if importer.recognise(data):
            return importer.read(data)
    expected = " or ".join(importer.title for importer in IMPORTERS.values())
    try:
        return next(iter(IMPORTERS.values())).read(data)  # which says precisely what is amiss
    except TraceError as error:
        raise TraceError(f"{error}; expected {expected}") from error


def list_suffixes() -> list[str]:
    """Return how files of recorded runs usually end, each ending once."""
    return list(dict.fromkeys(suffix for importer in IMPORTERS.values() for suffix in importer.suffixes))
