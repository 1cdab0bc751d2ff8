"""`pfviz import FILE`: runs of other tools, and tables of solutions, as traces of pfviz."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pfviz.cli.screen.files import INPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line, untrusted_text
from pfviz.errors import TraceError
from pfviz.text import pluralise, shorten
from pfviz.trace.building.runs import SEPARATORS, ReadingOptions
from pfviz.trace.building.score_scales import AUTO, SCALES
from pfviz.trace.importers import IMPORTERS, find_importer, read_traces
from pfviz.trace.json_file import read_bytes
from pfviz.trace.tables.columns import MEANINGS, ColumnGuess, choose_columns, guess_columns
from pfviz.trace.trace import Trace

TABLE = "own-table"


def _column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each meaning that a column may have."""
    for name, meaning in reversed(MEANINGS.items()):
        command = click.option(f"--{name}", metavar="COLUMN", help=f"{meaning.title}; none: no column has it.")(command)
    return command


@click.command("import")
@click.argument("file", type=INPUT_FILE)
@_column_options
@click.option("--scale", type=click.Choice([AUTO, *SCALES]), default=AUTO, help="What the scores are taken for.")
@click.option(
    "--separator", metavar="TEXT", default=AUTO, help=f"What ends a step: {', '.join([AUTO, *SEPARATORS])}, or a text."
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), callback=check_writable,
    help="Write the runs into this folder, or a single one into this file.",
)  # fmt: skip
def import_command(file: Path, scale: str, separator: str, out: Path | None, **columns: str | None) -> None:
    """Open the runs of another tool, or a table of solutions, and write them as runs of pfviz.

    What FILE is, is recognised by what is in it. Of a table (JSON lines, CSV, Parquet) it is printed what each column
    is taken for; an option corrects that. Without --out nothing is written. docs/formats.md shows every format.

    \b
    pfviz import best-of-16.jsonl
    pfviz import best-of-16.jsonl --solution response --scores prm --scale logit --out runs/
    """
    screen, data = console(), read_bytes(file)
    given = {name: "" if column == "none" else column for name, column in columns.items() if column is not None}
    importer = None if given else find_importer(data)
    if importer is None or importer.name == TABLE:
        guess = guess_columns(data)
        if guess is not None and (given or importer is not None):
            chosen = choose_columns(guess, given)
            screen.print(_show_columns(guess, chosen))
            given = {name: chosen.get(name, "") for name in MEANINGS}
        importer = IMPORTERS[TABLE] if given else importer
    traces = read_traces(data, ReadingOptions(scale, separator, given))
    title = importer.title if importer is not None else ""
    solutions = sum(trace.particles for trace in traces)
    screen.print(
        f"{file.name}: {title}, {pluralise(len(traces), 'run')}, {pluralise(solutions, 'solution')}", markup=False
    )
    for note in traces[0].notes:
        screen.print(untrusted_text(note.text, "dim"))
    if out is not None:
        _write(screen, traces, file, out)


def _show_columns(guess: ColumnGuess, chosen: dict[str, str]) -> Table:
    """What each column is taken for, with what the first row holds there."""
    table = Table(box=None, pad_edge=False)
    for heading in ("meaning", "column", "first row"):
        table.add_column(heading, overflow="fold")
    for name in MEANINGS:
        column = chosen.get(name)
        cells = ("—", "") if column is None else (shorten(column, 40), guess.show_sample(column))
        table.add_row(f"--{name}", *map(untrusted_text, map(one_line, cells)), style="dim" if column is None else "")
    unused = [name for name in guess.names if name not in chosen.values()]
    if unused:
        table.add_row("not used", untrusted_text(one_line(", ".join(shorten(name, 40) for name in unused[:20]))), "")
    return table


def _write(screen: Console, traces: Sequence[Trace], file: Path, out: Path) -> None:
    """One file for a single run, unless a folder is named; a numbered file for each of several."""
    if len(traces) == 1 and out.suffix == ".json" and not out.is_dir():
        with report_write(screen, out):
            traces[0].save(out)
        return
    if out.suffix == ".json" and not out.is_dir():
        raise TraceError(f"{file.name} holds {len(traces)} runs: name a folder with --out, not a file")
    digits = len(str(len(traces)))
    try:
        out.mkdir(exist_ok=True)
        for k, trace in enumerate(traces, start=1):
            trace.save(out / f"{file.stem}-{k:0{digits}}.json")
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error
    screen.print(f"Wrote {pluralise(len(traces), 'run')} into {out}", markup=False)
