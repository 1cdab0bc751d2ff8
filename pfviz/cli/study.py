"""`pfviz study`: accuracy against generations, of every method, on the problems of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pfviz.cli.dataset_option import dataset_option
from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.setting_options import setting_options
from pfviz.cli.tables import accuracies
from pfviz.cli.terminal import console
from pfviz.errors import StudyError
from pfviz.inference.methods import METHODS
from pfviz.inference.settings import Settings
from pfviz.models.registry import GENERATORS, REWARDS
from pfviz.problems.datasets import check_problems, describe_source, load_problems
from pfviz.resources import weights_dir
from pfviz.study.models import Pair
from pfviz.study.plan import BUDGETS, Job, jobs, settings_for, units
from pfviz.study.provenance import DEFAULT_DATASET, describe_study
from pfviz.study.result import Result
from pfviz.study.run_job import Outcome
from pfviz.study.store import Store
from pfviz.study.summary import summarise


class NameListType(click.ParamType[Any]):
    """Names with commas between them, each one of the choices."""

    name = "name,name,…"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names, each once."""
        given = value if isinstance(value, tuple) else tuple(dict.fromkeys(part.strip() for part in value.split(",")))
        for name in given:
            if name not in self.choices:
                self.fail(f"{name!r} is none of: {', '.join(self.choices)}.", param, ctx)
        return given


class NumberListType(click.ParamType[Any]):
    """Positive whole numbers with commas between them."""

    name = "N,N,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers, each once, ascending."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = sorted({int(part) for part in value.split(",")})
        except ValueError:
            self.fail(f"{value!r} is no list of whole numbers, such as 1,4,16.", param, ctx)
        if numbers[0] < 1:
            self.fail(f"{numbers[0]} is no number of generations; it must be at least 1.", param, ctx)
        return tuple(numbers)


@click.command()
@click.option(
    "--methods",
    type=NameListType(tuple(METHODS)),
    default=tuple(METHODS),
    show_default="all",
    help="Who is compared.",
)
@click.option(
    "--budgets", type=NumberListType(), default=BUDGETS, show_default="1,2,4,…,64", help="Numbers of generations (N)."
)
@click.option("--problems", type=click.IntRange(1, 100_000), default=200, help="How many problems.")
@dataset_option(DEFAULT_DATASET, "Whose problems.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=2, help="Runs of each method, budget and problem.")
@click.option(
    "--problem-seed",
    type=click.IntRange(0),
    default=0,
    help="Of the problems; 0: those of the model card, the first of a file.",
)
@click.option("--reward", type=click.Choice(list(REWARDS)), default="embedded", help="Who scores the steps.")
@setting_options(("temperature", "tau", "potential", "aggregation"))
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("study"),
    help="Folder of the results.",
)
@click.option("--workers", type=click.IntRange(1), show_default="all cores", help="Processes that run side by side.")
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Hand the runs to this Ray cluster (pip install 'pfviz[ray]'); `local` starts one here.",
)
@click.option("--report", is_flag=True, help="Run nothing; write the tables and the figure of what is there.")
def study(
    methods: tuple[str, ...], budgets: tuple[int, ...], problems: int, seeds: int, dataset: str, problem_seed: int,
    reward: str, out: Path, workers: int | None, ray: str | None, report: bool, **settings: Any,
) -> None:  # fmt: skip
    """Measure the accuracy of every method against the number of generations, with intervals.

    Every method at every budget, on held-out problems of the embedded world, all on the same problems and seeds.

    \b
    pfviz study --methods particle_filtering,best_of_n --budgets 1,4,16 --problems 50

    Outcomes are kept in the folder of `--out` as they come: `outcomes.jsonl`, and then `table.json`, `table.csv` and
    `curve.html`. Ctrl-C stops; the same command goes on, and one with more problems, seeds, methods or budgets adds to
    what is there.
    """
    screen = console()
    wanted = units(methods, budgets, problems, seeds)
    if not report:
        writer, folder = GENERATORS["embedded"], REWARDS[reward].folder
        pair = Pair(weights_dir() / str(writer.folder), reward if folder is None else weights_dir() / folder)
        common = Settings.from_values(**settings)
        for method in methods:  # refused here, not in a worker
            for budget in budgets:
                settings_for(method, budget, common)
        texts = load_problems(dataset, problems, problem_seed)
        check_problems(texts, lambda problem: writer.check(problem.text))  # refused here, not in a worker
        about = describe_study(pair, reward, common, problem_seed, describe_source(dataset))
        store = Store.open(out / "outcomes.jsonl", about)
        missing = [unit for unit in wanted if unit not in store.outcomes]
        found = _run_jobs(list(jobs(missing, texts)), common, pair, workers, ray)
        if not _store_outcomes(screen, found, store, len(missing), len(wanted)):
            raise click.exceptions.Exit(EXIT_INTERRUPTED)
    store = Store.read(out / "outcomes.jsonl")
    result = summarise(store.outcomes, wanted, store.about)
    screen.print(accuracies(result))
    _write_result(screen, out, result)


def _write_result(screen: Console, out: Path, result: Result) -> None:
    from pfviz.report.study import study_to_html

    for name, text in (
        ("table.json", result.dumps()),
        ("table.csv", result.csv()),
        ("curve.html", study_to_html(result)),
    ):
        try:
            (out / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise StudyError(f"{out / name} cannot be written: {error.strerror}.") from error
    screen.print(f"Wrote table.json, table.csv and curve.html to {out}", markup=False)


def _run_jobs(
    todo: list[Job], common: Settings, pair: Pair, workers: int | None, ray: str | None
) -> Iterator[list[Outcome]]:
    if ray is not None:
        from pfviz.study import ray_cluster

        return ray_cluster.run_jobs(todo, common, pair, workers, ray)
    from pfviz.study import process_pool

    return process_pool.run_jobs(todo, common, pair, workers)


def _store_outcomes(screen: Console, found: Iterator[list[Outcome]], store: Store, missing: int, wanted: int) -> bool:
    """Keep outcomes as they come, under a bar; whether they all came."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs")
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen) as bars, closing(found):  # type: ignore[type-var]
        bar = bars.add_task("study", total=wanted, completed=wanted - missing)
        try:
            for some in found:
                store.add(some)
                bars.advance(bar, len(some))
        except KeyboardInterrupt:
            screen.print(f"Stopped. {len(store.outcomes)} outcomes are in {store.path}; the same command goes on.")
            return False
    return True
