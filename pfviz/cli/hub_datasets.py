"""`pfviz push` and `pfviz pull`: runs and studies as data sets of the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path

import click

from pfviz.cli.screen.files import INPUT_FILE
from pfviz.cli.screen.terminal import console, one_line


@click.command()
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@click.argument("repository", metavar="OWNER/NAME")
@click.option("--public", is_flag=True, help="Let everybody see the data set; else it is private.")
def push(files: tuple[Path, ...], repository: str, public: bool) -> None:
    """Push the runs and studies in FILES to the data set OWNER/NAME of the Hugging Face Hub.

    \b
    HF_TOKEN=… pfviz push run.json study.json somebody/runs

    The data set has a card, a table of the runs, a table of all steps, and the files themselves, which `pfviz pull`
    brings back. Texts of problems and models are in it. The token is read from HF_TOKEN alone.
    """
    from pfviz.hub_datasets.push import push as push_files

    address = push_files(files, repository, public=public)
    console().print(f"Pushed {len(files)} files to {address}", markup=False, soft_wrap=True)


@click.command()
@click.argument("repository", metavar="OWNER/NAME")
@click.option(
    "--out",
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for traces/ and studies/.",
)
@click.option("--revision", help="A branch, tag or commit of the data set; else its newest.")
def pull(repository: str, folder: Path, revision: str | None) -> None:
    """Pull the runs and studies of the data set OWNER/NAME of the Hugging Face Hub.

    \b
    pfviz pull somebody/runs --out runs
    pfviz diagnose runs/traces

    A private data set needs a token in HF_TOKEN. A file that is no run or study is left out, and named.
    """
    from pfviz.hub_datasets.pull import pull as pull_files

    screen = console()
    found = pull_files(repository, folder, revision=revision)
    for path in found.files:
        screen.print(f"Wrote {path}", markup=False, soft_wrap=True)
    for sentence in found.refused:
        screen.print(one_line(sentence), markup=False, soft_wrap=True)
