"""What `pfviz diagnose` asks models for, under a bar, until Ctrl-C: runs, the self-test, scores of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pfviz.cli.options.reward_option import resolve_reward
from pfviz.cli.screen.progress import Interrupt
from pfviz.errors import LabError
from pfviz.lab.batch import run_batch
from pfviz.lab.metrics.processbench import ScoredSample, read_samples, score_samples
from pfviz.lab.probes.rescore import rescore_rows
from pfviz.lab.selftest import selftest
from pfviz.lab.selftest.selftest import Trial, try_faults
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.models.decoding.threads import use_one_thread
from pfviz.problems.datasets import load_problems
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


def make_runs(
    screen: Console, count: int, out: Path | None, *, dataset: str = selftest.DATASET, **settings: Any
) -> tuple[list[Trace], list[Path], bool]:
    """Runs of problems of a data set, saved as they come; their files, and whether all were made.

    Raises `DatasetError` for more problems than there are, and `LabError` for a folder that has runs already.
    """
    if out is not None:
        _make_empty_folder(out)
    given = load_problems(dataset, count)
    use_one_thread()
    traces: list[Trace] = []
    files: list[Path] = []
    interrupt = Interrupt()
    with progress_bar(screen, "runs", count) as tell, interrupt.catch_sigint():
        for event in run_batch(given, stop=interrupt.stop_requested, **settings):
            traces.append(event.trace)
            if out is not None:
                files.append(out / f"run-{event.done:04}.json")
                event.trace.save(files[-1])
            tell(event.done)
    return traces, files, len(traces) == count


def _make_empty_folder(out: Path) -> None:
    """Make the folder, or refuse one that holds runs: those of two batches would be diagnosed as one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error
    if any(out.glob("*.json")):
        raise LabError(f"{out} holds runs already. Diagnose them (pfviz diagnose {out}), or choose another folder.")


def score_beside(screen: Console, traces: Sequence[Trace], rewards: Sequence[str]) -> dict[str, FloatArray]:
    """What other rewards say of the prefixes (R,) of these runs, by their names."""
    found: dict[str, FloatArray] = {}
    rows = build_prefix_table(traces)
    interrupt = Interrupt()
    if rewards:
        with progress_bar(screen, "rewards beside", len(rewards)) as tell, interrupt.catch_sigint():
            for name in dict.fromkeys(rewards):
                found[name] = rescore_rows(traces, rows, resolve_reward(name), stop=interrupt.stop_requested)
                tell(len(found))
    return found


def run_self_test(screen: Console, bases: Sequence[str], runs: int) -> tuple[list[Trial], bool]:
    """What was found of every planted fault, and whether all were tried."""
    use_one_thread()
    tried: list[Trial] = []
    interrupt, done, total = Interrupt(), 0, len(bases) * runs
    with progress_bar(screen, "runs", total) as tell, interrupt.catch_sigint():
        for event in try_faults(bases, runs=runs, stop=interrupt.stop_requested):
            if isinstance(event, Trial):
                tried.append(event)
            else:
                done, total = event
                tell(done)
    return tried, not interrupt.stop_requested() or done == total


def score_files(screen: Console, files: Sequence[Path], reward: str) -> tuple[list[ScoredSample], bool]:
    """The solutions of ProcessBench files with their rewards, and whether all were scored."""
    samples = [sample for file in files for sample in read_samples(file)]
    found: list[ScoredSample] = []
    interrupt = Interrupt()
    with progress_bar(screen, "solutions", len(samples)) as tell, interrupt.catch_sigint():
        for one in score_samples(samples, resolve_reward(reward), stop=interrupt.stop_requested):
            found.append(one)
            tell(one.done)
    return found, len(found) == len(samples)


@contextmanager
def progress_bar(screen: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar of `total`, and how it is told how much is done."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen) as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.update(task, completed=done)
