"""`pfviz train-tiny`: build the embedded pair from nothing, with progress, checkpoints and resumption."""

from __future__ import annotations

from pathlib import Path

import click

from pfviz.tiny.training.pipeline import Build, Plan


@click.command("train-tiny")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("pfviz/tiny/weights"),
    show_default=True,
    help="Where the models go.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    default=Path("work/tiny"),
    show_default=True,
    help="Where checkpoints and samples are kept; run again to resume.",
)
@click.option("--quick", is_flag=True, help="A minute's build of useless models, to see that the way through works.")
def train_tiny(out: Path, work: Path, quick: bool) -> None:
    """Train and measure the embedded generator and reward models (hours on two cores).

    Interrupt it whenever you like; the same command goes on from the last checkpoint. To build anew, choose empty
    folders.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    plan = QUICK_PLAN if quick else Plan()
    columns = TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}")
    with Progress(*columns, TimeRemainingColumn()) as bars:
        stages = {}

        def progress(stage: str, done: int, of: int, note: str) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=of, note="")
            bars.update(stages[stage], completed=done, total=of, note=note)

        Build(out, work, plan, progress).run()
    click.echo(f"The pair is in {out}; its figures are in {out / 'README.md'}.")


QUICK_PLAN = Plan(
    generator_steps=3, slip_steps=2, sampled_problems=4, samples_each=2,
    reward_steps=4, mining=(0.5,), mined_problems=2, mined_each=2, held_out=3, held_out_each=2, particles=(1, 2),
)  # fmt: skip
