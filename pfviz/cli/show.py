"""`pfviz show run.json`: a recorded run, printed again."""

from __future__ import annotations

import click

from pfviz.cli.options.run_source import RunSource, RunSourceType
from pfviz.cli.screen import tables
from pfviz.cli.screen.terminal import console
from pfviz.text import pluralise


@click.command()
@click.argument("file", type=RunSourceType())
@click.option("--run", "number", type=click.IntRange(1), default=1, help="Which run of a file that holds many.")
def show(file: RunSource, number: int) -> None:
    """Print a recorded run: FILE of `pfviz run --out` or of another format that pfviz reads, or the id of a stored one.

    The problem, a row per step, the answers, and the best solution with the reward of each step.

    \b
    pfviz show run.json
    pfviz show processbench.json --run 3
    """
    screen, traces = console(), file.traces()
    if number > len(traces):
        raise click.BadParameter(f"{file.name} holds {pluralise(len(traces), 'run')}", param_hint="--run")
    trace = traces[number - 1]
    if len(traces) > 1:
        screen.print(f"Run {number} of {len(traces)} in {file.name}; --run shows another.", markup=False, style="dim")
    screen.print(tables.heading(trace))
    screen.print()
    screen.print(tables.steps(trace))
    screen.print()
    tables.print_result(screen, trace)
