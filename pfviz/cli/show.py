"""`pfviz show run.json`: a recorded run, printed again."""

from __future__ import annotations

from pathlib import Path

import click

from pfviz.cli import tables
from pfviz.cli.terminal import console
from pfviz.trace.importers import open_trace


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show(file: Path) -> None:
    """Print the run that `pfviz run --out` wrote to FILE, or one of another format that pfviz reads.

    The problem, a row per step, the answers, and the best solution with the reward of each step.

    \b
    pfviz show run.json
    """
    screen, trace = console(), open_trace(file)
    screen.print(tables.heading(trace))
    screen.print()
    screen.print(tables.steps(trace))
    screen.print()
    tables.print_result(screen, trace)
