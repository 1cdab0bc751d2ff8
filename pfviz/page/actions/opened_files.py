"""What a visitor does with a file of recorded runs: opens it, says what its columns mean, goes through its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pfviz.errors import TraceError, UnknownFormatError
from pfviz.figures.size_limit import check_drawable
from pfviz.page.actions import files, lab_runs, navigate
from pfviz.page.forms.columns_form import read_columns
from pfviz.page.render.file_bar import describe_refusal, file_bar
from pfviz.page.render.part_values import PartValues
from pfviz.page.state.opened_file import MAX_OPENED_RUNS, OpenedFile
from pfviz.page.state.visits import Visit
from pfviz.trace import Trace
from pfviz.trace.importers import ReadingOptions, find_importer, read_traces
from pfviz.trace.json_file import read_bytes
from pfviz.trace.tables.columns import guess_columns

TABLE = "own-table"


def open_file(visit: Visit, path: str) -> PartValues:
    """The first run of a file takes the place of the run; of a table its columns are asked for first, also of one whose
    columns say nothing. What cannot be read leaves everything as it is."""
    try:
        data = read_bytes(path)
    except TraceError as error:
        return {"banner": describe_refusal(error)}
    opened = OpenedFile(path, Path(path).name)
    importer = find_importer(data)
    if importer is not None and importer.name == TABLE:
        visit.opened_file = replace(opened, guess=guess_columns(data))
        return {"banner": "", "file_bar": file_bar(visit.opened_file)}
    try:
        return _show_runs(visit, opened, read_traces(data))
    except UnknownFormatError as error:
        guess = guess_columns(data)
        if guess is None or len(guess.names) < 2:
            return {"banner": describe_refusal(error)}
        visit.opened_file = replace(opened, guess=guess)
        return {"banner": describe_refusal(error), "file_bar": file_bar(visit.opened_file)}
    except TraceError as error:
        return {"banner": describe_refusal(error)}


def answer(visit: Visit, sent: Mapping[str, Any]) -> PartValues:
    """What the form of the columns, or a button of the line, asks for by `do`."""
    opened = visit.opened_file
    if opened is None:
        return {"file_bar": ""}
    match sent.get("do"):
        case "open" if opened.guess is not None:
            return _open_table(visit, opened, read_columns(opened.guess, sent))
        case "columns" if opened.guess is not None:
            visit.opened_file = replace(opened, traces=(), total=0)
        case "next" | "previous" as way if not opened.is_asking:
            place = opened.place + (1 if way == "next" else -1)
            return _show_run(visit, replace(opened, place=min(max(place, 0), len(opened.traces) - 1)))
        case "close":
            visit.opened_file = None
    return {"file_bar": file_bar(visit.opened_file)}


def send_to_lab(visit: Visit) -> PartValues:
    """Every run of the file that can be gone through is in the lab, and diagnosed with what was there."""
    opened = visit.opened_file
    traces = [] if opened is None else list(opened.traces)
    visit.lab.messages = lab_runs.add_traces(visit, traces)
    return lab_runs.show_diagnosis(visit)


def _open_table(visit: Visit, opened: OpenedFile, options: ReadingOptions) -> PartValues:
    """The first run of a table; what is wrong stands in the form, which keeps what was chosen."""
    try:
        return _show_runs(visit, replace(opened, options=options), read_traces(read_bytes(opened.path), options))
    except TraceError as error:
        said = (
            str(error)
            .removeprefix(f"{opened.path}: ")
            .replace(" (--solution COLUMN or --steps COLUMN of `pfviz import`)", "")
        )
        visit.opened_file = replace(opened, options=options, error=said)
        return {"file_bar": file_bar(visit.opened_file)}


def _show_runs(visit: Visit, opened: OpenedFile, traces: Sequence[Trace]) -> PartValues:
    """The first of the runs, and the way to the others."""
    files.check_has_steps(traces[0])
    return _show_run(visit, replace(opened, traces=traces[:MAX_OPENED_RUNS], total=len(traces), place=0, error=""))


def _show_run(visit: Visit, opened: OpenedFile) -> PartValues:
    """The run of the file that is its turn; one that is too large to draw is named, and the one before stays."""
    trace = opened.traces[opened.place]
    try:
        check_drawable(trace)
    except TraceError as error:
        if opened.total == 1:
            return {"banner": describe_refusal(error)}
        visit.opened_file = opened  # its other runs may be smaller
        return {"banner": describe_refusal(error), "file_bar": file_bar(opened)}
    values = navigate.show_trace(visit, trace)
    visit.opened_file = opened
    return values | {"file_bar": file_bar(opened)}
