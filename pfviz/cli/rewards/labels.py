"""`pfviz labels FILES… --to trl`: the labelled steps of recorded runs, to train and to measure a reward model with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import click

from pfviz.cli.diagnose.gather import gather_runs
from pfviz.cli.options.run_source import RunSource, RunSourceType
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line
from pfviz.errors import LabError
from pfviz.lab.label_exports import Chosen, ExportFormat, export_rows, labelled_solutions
from pfviz.text import pluralise


@click.command()
@click.argument("files", nargs=-1, required=True, type=RunSourceType(folders=True))
@click.option("--to", type=click.Choice(get_args(ExportFormat)), required=True, help="The format of the rows.")
@click.option(
    "--chosen",
    type=click.Choice(get_args(Chosen)),
    default="known",
    help="Which solutions: all of which something is known, those with a label that somebody gave, or those with a "
    "step that the reward misjudges.",
)
@click.option(
    "--out", "-o", type=OUTPUT_FILE, callback=check_writable, required=True, help="Write the rows here, as JSON lines."
)
def labels(files: tuple[RunSource, ...], to: ExportFormat, chosen: Chosen, out: Path) -> None:
    """Export the labels of steps of recorded runs: FILES, folders of them, or ids of stored runs.

    Labels are those that somebody gave on the page or in the file, and of steps of the embedded pair what its oracle
    says; nothing is guessed from answers. A neutral step is no error, and after a bad one every prefix is wrong.

    \b
    pfviz labels runs/ --to trl -o steps.jsonl
    pfviz train-prm --model Qwen/Qwen2.5-0.5B-Instruct --samples steps.jsonl -o prm
    pfviz labels runs/ --to processbench --chosen misjudged -o hard.jsonl
    pfviz diagnose --processbench hard.jsonl --reward ./prm
    """
    screen, found = console(), gather_runs(files)
    for line in found.damaged:
        click.echo(f"Left out: {one_line(line)}", err=True)
    solutions = [
        one for trace in found.traces for sweep in trace.sweeps for one in labelled_solutions(sweep, chosen=chosen)
    ]
    rows = list(export_rows(dict.fromkeys(solutions), to))
    if not rows:
        raise LabError(
            "Nothing is known of any step of these runs. Label steps on the page (g, o, b) and save the trace, or take "
            "runs of the embedded pair."
        )
    with report_write(screen, out):
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    screen.print(f"{pluralise(len(rows), 'solution')} of {pluralise(len(found.traces), 'run')}")
