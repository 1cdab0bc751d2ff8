"""`pfviz compare FILES…`: recorded runs side by side."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from pfviz.cli.options.run_source import RunSource, RunSourceType
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line, plain_text, untrusted_text
from pfviz.comparison.comparison import MAX_RUNS, Comparison
from pfviz.comparison.comparison import compare as compare_runs
from pfviz.comparison.table import difference_rows, outcome_rows
from pfviz.text import shorten

_MAX_CELL = 60  # characters


@click.command()
@click.argument("files", nargs=-1, required=True, type=RunSourceType())
@click.option(
    "--out",
    "-o",
    type=OUTPUT_FILE,
    callback=check_writable,
    help="Write the pictures too, as one page that works offline.",
)
def compare(files: tuple[RunSource, ...], out: Path | None) -> None:
    """Set two to six recorded runs side by side: what differs, what came of each, what each cost.

    A run is a file, or the id of a stored one.

    \b
    pfviz run "Compute (12 + 7) * 3 - 45" --out filter.json
    pfviz run "Compute (12 + 7) * 3 - 45" --method best_of_n --out best.json
    pfviz compare filter.json best.json -o compare.html
    """
    if not 2 <= len(files) <= MAX_RUNS:
        raise click.UsageError(f"Give two to {MAX_RUNS} files of recorded runs; {len(files)} cannot be compared.")
    screen, compared = console(), compare_runs(file.traces()[0] for file in files)
    if not compared.is_one_problem:
        screen.print("The runs have different problems: their answers cannot be compared.")
    screen.print(_build_table(compared))
    if out is not None:
        from pfviz.report.comparison import comparison_to_html

        page = comparison_to_html(compared, sources=[file.name for file in files])
        with report_write(screen, out):
            out.write_text(page, encoding="utf-8")


def _build_table(compared: Comparison) -> Table:
    """A column for each run; what differs stands above what came of them."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for label in compared.labels:
        table.add_column(untrusted_text(one_line(label)), overflow="fold")
    found = (difference_rows(compared), outcome_rows(compared))
    for rows in found:
        for row in rows:
            cells = (untrusted_text(shorten(plain_text(cell), _MAX_CELL)) for cell in row.cells)
            table.add_row(untrusted_text(one_line(row.name)), *cells)
        table.add_section()
    return table
