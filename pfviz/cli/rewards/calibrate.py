"""`pfviz calibrate FILES… --out map.json`: repair a reward, and say what the repaired one would have changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pfviz.cli.diagnose import runs as diagnosis_runs
from pfviz.cli.diagnose.gather import gather_runs, select_reward, warn_of_stand_ins
from pfviz.cli.options.run_source import RunSource, RunSourceType
from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.files import INPUT_FILE, OUTPUT_FILE, check_writable, report_write
from pfviz.cli.screen.terminal import console, one_line, untrusted_text
from pfviz.lab.repair.adaptive_n import Savings
from pfviz.lab.repair.repair import Repair, repair_reward, repair_samples
from pfviz.lab.repair.selection import SelectionChange
from pfviz.models.rewards.calibration_map import MapMethod
from pfviz.stats.estimate import Estimate
from pfviz.text import pluralise, shorten

MAX_RUNS = 20  # rows of the table of runs


@click.command()
@click.argument("files", nargs=-1, type=RunSourceType(folders=True))
@click.option(
    "--processbench", type=INPUT_FILE, multiple=True, help="Fit on the solutions of this file, scored by --reward."
)
@click.option("--reward", metavar="NAME", help="Of FILES: take only the runs under this reward. Else: who scores.")
@click.option(
    "--map-method",
    "method",
    type=click.Choice(get_args(MapMethod)),
    default="isotonic",
    help="The non-decreasing fit of all rows, or the share right in ten bins with as many rows each.",
)
@click.option("--out", "-o", type=OUTPUT_FILE, callback=check_writable, help="Write the map here, as JSON.")
@click.option("--html", type=OUTPUT_FILE, callback=check_writable, help="Write a report here, as a page.")
def calibrate(
    files: tuple[RunSource, ...], processbench: tuple[Path, ...], reward: str | None, method: MapMethod,
    out: Path | None, html: Path | None,
) -> None:  # fmt: skip
    """Make a reward a probability: fit a monotone map to prefixes of known truth, of recorded runs (FILES, or folders
    of them) or of ProcessBench.

    Printed are Brier score, calibration error and overconfidence, before and after, where each problem is judged by a
    map that was fitted on others; which lineages the repaired reward would have kept or killed in the recorded runs,
    and whether their answer would be another; and the tokens that rules of adaptive N would have saved in runs that do
    not select.

    \b
    pfviz calibrate runs/ --out map.json --html repair.html
    pfviz calibrate --processbench gsm8k.json --reward Qwen/Qwen2.5-Math-PRM-7B --out map.json
    pfviz run "Compute (12 + 7) * 3 - 45" --calibrate map.json
    """
    if bool(files) == bool(processbench):
        raise click.UsageError("Give FILES of recorded runs, or --processbench FILE.")
    screen = console()
    if files:
        gathered = gather_runs(files)
        for line in gathered.damaged:
            click.echo(f"Left out: {one_line(line)}", err=True)
        if warning := warn_of_stand_ins(gathered.traces):
            click.echo(warning, err=True)
        repair = repair_reward(select_reward(gathered, reward, mixed=False).traces, method)
    else:
        scored, whole = diagnosis_runs.score_files(screen, processbench, reward or "embedded")
        if not whole:
            raise click.exceptions.Exit(EXIT_INTERRUPTED)
        repair = repair_samples(scored, reward or "embedded", method)
    _print_repair(screen, repair)
    if out is not None:
        with report_write(screen, out):
            repair.calibration.save(out)
    if html is not None:
        from pfviz.report.repair import repair_to_html

        with report_write(screen, html):
            html.write_text(repair_to_html(repair), encoding="utf-8")


def _print_repair(screen: Console, repair: Repair) -> None:
    one = repair.calibration
    screen.print(untrusted_text(one_line(f"{one.reward}, {one.method} map of {one.rows:,} prefixes"), "bold"))
    screen.print(f"from {pluralise(one.problems, 'problem')}; each is judged by a map of the others\n")
    table = _table("", "before", "after")
    for name, before, after in repair.measures:
        table.add_row(name, _format(before), _format(after))
    screen.print(table)
    if repair.selection:
        screen.print(Text("\nWould selection have gone another way?", "bold"))
        screen.print(_selection_table(repair.selection))
        changed = sum(row.answer_changed for row in repair.selection)
        screen.print(f"Another answer in {changed} of {pluralise(len(repair.selection), 'run')}.")
    if repair.savings:
        screen.print(Text("\nTokens that could have been saved", "bold"))
        screen.print(_savings_table(repair.savings))


def _selection_table(rows: Sequence[SelectionChange]) -> Table:
    table = _table(
        "run", "problem", "resamplings", "saved (right, wrong)", "killed (right, wrong)", "answer", "repaired"
    )
    for row in [row for row in rows if row.resamplings or row.answer_changed][:MAX_RUNS]:
        table.add_row(
            str(row.run + 1),
            untrusted_text(shorten(one_line(row.problem), 40)),
            str(row.resamplings),
            f"{row.saved} ({row.saved_right}, {row.saved_wrong})",
            f"{row.killed} ({row.killed_right}, {row.killed_wrong})",
            *(
                untrusted_text(shorten(one_line(answer or "none"), 20) + {True: " ✓", False: " ✗", None: ""}[right])
                for answer, right in ((row.answer, row.answer_right), (row.repaired_answer, row.repaired_right))
            ),
        )
    return table


def _savings_table(rows: Sequence[Savings]) -> Table:
    table = _table("rule", "stops when", "solutions", "tokens saved", "answers changed", "accuracy", "of all solutions")
    for row in rows:
        shares = [
            "" if math.isnan(value) else f"{value:.0%}"
            for value in (row.saved, row.changed, row.accuracy, row.full_accuracy)
        ]
        table.add_row(row.rule, row.title, f"{row.drawn:.1f}", *shares)
    return table


def _format(one: Estimate) -> str:
    if math.isnan(one.value):
        return "not known"
    return f"{one.value:.3f}" + ("" if math.isnan(one.low) else f" ({one.low:.3f} to {one.high:.3f})")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
