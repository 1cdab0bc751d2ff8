"""Files of recorded runs → traces. What a file is, is recognised by what is in it, never by its name.

A new format is one file in this folder and one line in `IMPORTERS`. The file has two functions: `recognise(data)` says
whether these bytes are of its format, `read_traces(data, options)` gives the traces in them, at least one, or raises
`TraceError` saying what is wrong; and, where it can, `EXAMPLE`, a short file of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pfviz.errors import TraceError, UnknownFormatError
from pfviz.trace.building.runs import ReadingOptions
from pfviz.trace.json_file import read_bytes
from pfviz.trace.tables.rows import forget_peeked
from pfviz.trace.trace import Trace

__all__ = ["IMPORTERS", "Importer", "ReadingOptions", "find_importer", "list_suffixes", "open_trace", "open_traces"]


@dataclass(frozen=True, slots=True)
class Importer:
    """A format.

    Args:
        name: a word for it.
        title: what a file of it is, in the middle of a sentence.
        module: the module with `recognise` and `read_traces`, imported when a file is first opened.
        suffixes: how such files usually end: what a page offers to choose, and what is looked for in a folder.
    """

    name: str
    title: str
    module: str
    suffixes: tuple[str, ...]

    def recognise(self, data: bytes) -> bool:
        """Return whether the bytes of a file are of this format."""
        return bool(import_module(self.module).recognise(data))

    def read_traces(self, data: bytes, options: ReadingOptions | None = None) -> Sequence[Trace]:
        """Return the traces in the bytes of a file; raises `TraceError` if they are damaged."""
        traces: Sequence[Trace] = import_module(self.module).read_traces(data, options or ReadingOptions())
        return traces

    @property
    def example(self) -> str:
        """A short file of the format; empty where it has none."""
        return str(getattr(import_module(self.module), "EXAMPLE", ""))


_ROWS = (".jsonl", ".json", ".parquet")

IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in [
        Importer("pfviz", "a trace of pfviz (JSON)", "pfviz.trace.importers.pfviz_json", (".json",)),
        Importer("entropic-fork", "runs of the entropic its_hub fork", "pfviz.trace.importers.entropic_fork", _ROWS),
        Importer("its_hub", "results of its_hub", "pfviz.trace.importers.its_hub", _ROWS),
        Importer("smc-record", "a record of LLaMPPL or genlm-control", "pfviz.trace.importers.smc_record", _ROWS),
        Importer("thinkbooster", "a payload of ThinkBooster", "pfviz.trace.importers.thinkbooster", _ROWS),
        Importer("search-and-learn", "a file of search-and-learn", "pfviz.trace.importers.search_and_learn", _ROWS),
        Importer("prm800k", "a file of PRM800K", "pfviz.trace.importers.prm800k", _ROWS),
        Importer("math-shepherd", "a file of Math-Shepherd", "pfviz.trace.importers.math_shepherd", _ROWS),
        Importer("processbench", "a file of ProcessBench", "pfviz.trace.importers.processbench", _ROWS),
        Importer("trl-stepwise", "stepwise supervision of TRL", "pfviz.trace.importers.trl_stepwise", _ROWS),
        Importer(
            "own-table", "a table of solutions (JSON lines, CSV, Parquet)", "pfviz.trace.importers.own_table",
            (".jsonl", ".json", ".csv", ".tsv", ".parquet"),
        ),
    ]
}  # fmt: skip
"""By name. The first one that recognises a file reads it."""


def open_traces(path: str | Path, options: ReadingOptions | None = None) -> Sequence[Trace]:
    """Return the traces in a file of any format of `IMPORTERS`, at least one. With `options.columns` it is read as a
    table of solutions, whatever else it looks like.

    Raises:
        TraceError: the file cannot be read, is too large or damaged; the message says what is wrong.
        UnknownFormatError: it is of no format that is known; the message says what it looks like and what was expected,
            and `examples` has the nearest that opens.
    """
    return read_traces(read_bytes(path), options)


def open_trace(path: str | Path) -> Trace:
    """Return the first trace in a file; raises as `open_traces`."""
    return open_traces(path)[0]


def read_traces(data: bytes, options: ReadingOptions | None = None) -> Sequence[Trace]:
    """Return the traces in the bytes of a file; raises as `open_traces`."""
    importer = find_importer(data) if options is None or not options.columns else IMPORTERS["own-table"]
    if importer is not None:
        return importer.read_traces(data, options)
    from pfviz.trace.tables.describe import describe_unknown

    *titles, last = (importer.title for importer in IMPORTERS.values())
    expected = f"{', '.join(titles)} or {last}" if titles else last
    message, examples = describe_unknown(data, IMPORTERS.values())
    raise UnknownFormatError(f"{message}; expected {expected}", examples)


def find_importer(data: bytes) -> Importer | None:
    """Return the first importer that recognises the bytes of a file, None if none does."""
    try:
        return next((importer for importer in IMPORTERS.values() if importer.recognise(data)), None)
    except TraceError:
        return None
    finally:
        forget_peeked()


def list_suffixes() -> list[str]:
    """Return how files of recorded runs usually end, each ending once."""
    return list(dict.fromkeys(suffix for importer in IMPORTERS.values() for suffix in importer.suffixes))
