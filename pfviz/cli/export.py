"""`pfviz export FILES… --to csv`: recorded runs as files for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from pfviz.cli.screen.files import INPUT_FILE, report_write
from pfviz.cli.screen.terminal import console
from pfviz.exports.registry import EXPORT_FORMATS, ExportFormat, export_format
from pfviz.trace.importers import open_traces


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@click.option(
    "--to",
    "formats",
    multiple=True,
    required=True,
    type=click.Choice(list(EXPORT_FORMATS)),
    help="What to write; as often as wanted.",
)
@click.option(
    "--out",
    "-o",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder for the files; else each lies beside its run.",
)
@click.option(
    "--figure",
    metavar="NAME",
    default="genealogy",
    help="Of svg and png: which figure; any other than the genealogy needs kaleido.",
)
def export(files: tuple[Path, ...], formats: tuple[str, ...], folder: Path | None, figure: str) -> None:
    """Write recorded runs as tables, graphs, drawings and reports, each under the name of its file.

    \b
    pfviz export run.json --to csv --to svg
    pfviz export runs/*.json --to parquet --out tables

    csv and parquet have a row for each step of a particle, graphml is the genealogy as a graph, svg and png are its
    drawing, html is the report, json is the trace itself, whatever format the file had. Each run of a file
    with several has a number behind its name.
    """
    wanted = [export_format(name, figure) for name in dict.fromkeys(formats)]
    screen = console()
    for file in files:
        traces = open_traces(file)
        for number, trace in enumerate(traces, start=1):
            name = file.stem if len(traces) == 1 else f"{file.stem}-{number:0{len(str(len(traces)))}}"
            for known in wanted:
                target = _target(file, name, known, folder)
                made = known.encode(trace)
                with report_write(screen, target):
                    target.write_bytes(made)


def _target(file: Path, name: str, known: ExportFormat, folder: Path | None) -> Path:
    """Where the file lies; refused if it would take the place of the run itself."""
    target = (folder or file.parent) / f"{name}{known.suffix}"
    if target.exists() and target.samefile(file):
        raise click.UsageError(f"{target} is the run itself. Name another folder with --out.")
    return target
