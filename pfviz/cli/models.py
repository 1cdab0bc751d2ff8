"""`pfviz models`: the pairs that can be chosen, what each needs, and which are ready on this machine."""

from __future__ import annotations

import click
from rich.console import Console

from pfviz.cli.terminal import console
from pfviz.models import needs
from pfviz.models.catalogue import PAIRS


@click.command()
def models() -> None:
    """List the pairs of a generator and a reward model: memory, licence, and whether their files are here.

    Take one with `pfviz run --pair NAME`. Any other model of the Hugging Face Hub, or a folder, is taken with
    `pfviz run --model OWNER/NAME --reward-model OWNER/NAME`.
    """
    from pfviz.models.devices import together

    place, screen = together(), console()
    for pair in PAIRS.values():
        screen.print(f"[bold]{pair.name}[/bold]  {pair.good_for}", highlight=False)
        for line in (
            f"{pair.generator} + {pair.reward}",
            f"{needs.memory(pair, place)}; {needs.licences(pair)}; {needs.ready(pair, place)}",
        ):
            screen.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)  # an id is there to be copied
        screen.print()
    screen.print(f"This machine computes on {place.title} in {place.dtype}, with {place.gigabytes:.0f} GB.")
    _endpoints(screen)


def _endpoints(screen: Console) -> None:
    """Servers that the operator configured; see docs/endpoints.md."""
    from pfviz.models.remote.endpoint_file import configured

    for endpoint in configured():
        use = "--reward-model" if endpoint.kind == "reward" else "--model"
        screen.print(f"{use} {endpoint.label}: {endpoint.model}", markup=False)
