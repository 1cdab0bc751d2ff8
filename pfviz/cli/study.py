"""`pfviz study`: accuracy against generations, of every method, on the problems of a data set."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pfviz.cli.options.dataset_option import dataset_option
from pfviz.cli.options.setting_options import leave_out_defaults, setting_options
from pfviz.cli.options.study_options import (
    GENERATOR_NAME,
    MAX_PROBLEMS,
    REWARD_NAME,
    NameListType,
    NumberListType,
    ProblemsType,
)
from pfviz.cli.run import EXIT_INTERRUPTED
from pfviz.cli.screen.tables import accuracies, signals
from pfviz.cli.screen.terminal import console
from pfviz.errors import StudyError
from pfviz.inference.methods import METHODS
from pfviz.inference.settings import Settings
from pfviz.models.registry import generator_preset, usual_settings
from pfviz.models.rewards.auto import NAME as AUTO
from pfviz.problems.datasets import check_problems, describe_source, load_problems, usual_dataset
from pfviz.study.models import Pair, choose_pair, shorten_source
from pfviz.study.plan import BUDGETS, Job, jobs, settings_for, units
from pfviz.study.provenance import STEP_SETTINGS, describe_study
from pfviz.study.result import Result
from pfviz.study.run_job import Outcome
from pfviz.study.store import Store
from pfviz.study.summary import summarise

DEFAULT_NUMBER = 200
"""Of problems, where there are so many."""


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
@click.option(
    "--problems",
    type=ProblemsType(),
    metavar="FILE|NAME|N",
    help="Whose problems: a file in the columns of GSM8K, MATH-500 or ProcessBench, or a data set; or how many.",
)
@dataset_option(None, "The same as --problems. [default: held-out, or that of the model]")
@click.option(
    "--limit", type=click.IntRange(1, MAX_PROBLEMS), show_default="200, or what there is", help="How many problems."
)
@click.option("--seeds", type=click.IntRange(1, 1000), default=2, help="Runs of each method, budget and problem.")
@click.option(
    "--shuffle",
    "--problem-seed",
    "problem_seed",
    type=click.IntRange(0),
    default=0,
    help="Seed of the problems' order; 0: those of the model card, the first of a file.",
)
@click.option(
    "--model",
    "--generator",
    "generator",
    type=GENERATOR_NAME,
    metavar="NAME",
    default="embedded",
    help="Who writes: embedded, chain, an id of the Hugging Face Hub, a folder, a GGUF file, or endpoint:NAME.",
)
@click.option(
    "--reward",
    "--reward-model",
    "reward",
    type=REWARD_NAME,
    metavar="NAME",
    show_default="that of the model",
    help="Who scores the steps, as in `pfviz run`.",
)
@setting_options(
    (
        "temperature", "tau", "potential", "trigger", "resampler", "aggregation", "first_resampling", "reward_slope",
        *STEP_SETTINGS,
    )
)  # fmt: skip
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("study"),
    help="Folder of the results.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    show_default="all cores; 1 for a model that does not ship",
    help="Processes that run side by side, each with the models in its memory.",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Hand the runs to this Ray cluster (pip install 'pfviz[ray]'); `local` starts one here.",
)
@click.option("--report", is_flag=True, help="Run nothing; write the tables and the figure of what is there.")
def study(
    methods: tuple[str, ...], budgets: tuple[int, ...], problems: int | str | None, limit: int | None, seeds: int,
    dataset: str | None, problem_seed: int, generator: str, reward: str | None, out: Path, workers: int | None,
    ray: str | None, report: bool, **settings: Any,
) -> None:  # fmt: skip
    """Measure the accuracy of every method against the number of generations, with intervals.

    Every method at every budget, all on the same problems and seeds.

    \b
    pfviz study --methods particle_filtering,best_of_n --budgets 1,4,16 --problems 50
    pfviz study --problems gsm8k.jsonl --limit 50 --model Qwen/Qwen2.5-Coder-0.5B-Instruct --budgets 1,4,16 --seeds 1

    Settings that are not given are the usual ones of the reward, as in `pfviz run`.

    Outcomes are kept in the folder of `--out` as they come: `outcomes.jsonl`, and then `table.json`, `table.csv` and
    `curve.html`. Ctrl-C stops; the same command goes on, and one with more problems, seeds, methods or budgets adds to
    what is there.
    """
    screen = console()
    source, number = _choose_problems(problems, dataset, limit, generator)
    if report:
        store = Store.read(out / "outcomes.jsonl")
        number = number or 1 + max((unit.problem for unit in store.outcomes), default=0)
        wanted = units(methods, budgets, number, seeds)
    else:
        texts = load_problems(source, number or DEFAULT_NUMBER, problem_seed, fewer=number is None)
        wanted = units(methods, budgets, len(texts), seeds)
        pair, chosen = choose_pair(generator, reward, workers)
        leave_out_defaults(click.get_current_context(), settings)
        usual = {**usual_settings(generator, reward or AUTO)}
        usual.pop("pick", None)  # every method chooses its answer in its own way
        common = Settings.from_values(**{**usual, **settings})
        for method in methods:  # refused here, not in a worker
            for budget in budgets:
                settings_for(method, budget, common)
        check_problems(texts, lambda problem: generator_preset(generator).check(problem.text))
        about = describe_study(pair, chosen, common, problem_seed, describe_source(source), shorten_source(generator))
        store = Store.open(out / "outcomes.jsonl", about)
        missing = [unit for unit in wanted if unit not in store.outcomes]
        waiting = list(jobs(missing, texts))
        found = _run_jobs(waiting, common, pair, workers or (1 if pair.threads is None else None), ray)
        if not _store_outcomes(screen, found, store, waiting, len(wanted)):
            raise click.exceptions.Exit(EXIT_INTERRUPTED)
        store = Store.read(out / "outcomes.jsonl")
    result = summarise(store.outcomes, wanted, store.about)
    screen.print(accuracies(result))
    screen.print(signals(result))
    _write_result(screen, out, result)


def _choose_problems(
    problems: int | str | None, dataset: str | None, limit: int | None, generator: str
) -> tuple[str, int | None]:
    """Whose problems, and how many; None for as many as there are, up to the usual number."""
    number = limit
    if isinstance(problems, int):
        if limit not in (None, problems):
            raise click.UsageError("--problems and --limit name two numbers. Leave one of them out.")
        number = problems
    elif problems is not None:
        if dataset not in (None, problems):
            raise click.UsageError("--problems and --dataset name two sources. Leave one of them out.")
        dataset = problems
    if dataset is None:
        dataset = usual_dataset(generator)
    return dataset, number


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


def _store_outcomes(
    screen: Console, found: Iterator[list[Outcome]], store: Store, waiting: list[Job], wanted: int
) -> bool:
    """Keep outcomes as they come, under a bar; whether they all came. What is left is estimated by generations: a run
    of 64 takes longer than one of 1, and runs that several methods share are made once."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )  # fmt: skip
    total, done, began = sum(job.units[0].budget for job in waiting), 0, time.monotonic()
    missing = sum(len(job.units) for job in waiting)
    with Progress(*columns, console=screen) as bars, closing(found):  # type: ignore[type-var]
        bar = bars.add_task("study", total=wanted, completed=wanted - missing, left="")
        try:
            for some in found:
                store.add(some)
                done += some[0].unit.budget
                left = (time.monotonic() - began) / done * (total - done)
                bars.update(bar, advance=len(some), left=f"about {_format_duration(left)} left")
        except KeyboardInterrupt:
            screen.print(f"Stopped. {len(store.outcomes)} outcomes are in {store.path}; the same command goes on.")
            return False
    return True


def _format_duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
