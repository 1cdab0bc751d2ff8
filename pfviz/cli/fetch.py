"""`pfviz fetch`: the files of a pair or of a model, brought from the Hugging Face Hub before they are needed."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from pfviz.cli.screen.terminal import console, one_line
from pfviz.errors import ModelError
from pfviz.models.hub import catalog, fetch
from pfviz.models.hub.published import split_protocol


@click.command(name="fetch")
@click.argument("name")
@click.option(
    "--dir",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    help="Lay the files in DIRECTORY/OWNER/NAME and not in the Hub's cache; PFVIZ_MODELS=DIRECTORY finds them there.",
)
def fetch_command(name: str, root: Path | None) -> None:
    """Fetch the models of the pair NAME (see `pfviz models`), or the model NAME of the Hub, OWNER/NAME.

    \b
    pfviz fetch real-0.5b
    pfviz fetch Qwen/Qwen2.5-0.5B-Instruct --dir models

    Size and licence are printed first, and the disk is looked at. What was broken off goes on where it ended. Every
    file of weights is compared with the Hub's checksum.
    """
    screen = console()
    ids = _list_models(name)
    if not ids:
        screen.print(f"{name} ships with pfviz: there is nothing to fetch.")
        return
    models = [fetch.describe_model(model) for model in ids]
    for model in models:
        known = catalog.GENERATORS.get(model.name) or catalog.REWARDS.get(model.name)
        licence = model.licence or (known.licence if known else "see its card")
        screen.print(
            one_line(f"{model.name}: {model.bytes / 1e9:.2f} GB, licence: {licence}"), markup=False, highlight=False
        )
    for model in models:
        folder = _fetch_with_bar(model, root)
        screen.print(f"{model.name} is here: {folder}", markup=False, highlight=False, soft_wrap=True)
    if root is not None:
        screen.print(f"Set PFVIZ_MODELS={root.absolute()} and every command finds it.", markup=False, soft_wrap=True)


def _list_models(name: str) -> list[str]:
    """The ids of what has to be fetched; raises `ModelError` for a name that is none."""
    if name in catalog.PAIRS:
        return [card.id for card in catalog.PAIRS[name].cards]
    place = split_protocol(name)[1]
    if place.count("/") != 1:
        raise ModelError(
            f"There is no pair {name!r}. Choose one of: {', '.join(catalog.PAIRS)}; or give an id of the Hugging Face "
            "Hub, owner/name."
        )
    return [place]


def _fetch_with_bar(model: fetch.HubModel, root: Path | None) -> Path:
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console(), transient=True) as progress:
        bar = progress.add_task(one_line(model.name), total=model.bytes)
        return fetch.fetch_model(model, root, lambda done: progress.update(bar, completed=done))
