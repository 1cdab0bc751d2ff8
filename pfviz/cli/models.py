"""`pfviz models`: the pairs that can be chosen, what each needs, and which are ready on this machine."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from pfviz.cli.terminal import console
from pfviz.models.catalogue import PAIRS, PairCard
from pfviz.models.devices import HEADROOM, Place


@click.command()
def models() -> None:
    """List the pairs of a generator and a reward model: memory, licence, and whether their files are here.

    Take one with `pfviz run --pair NAME`. Any other model of the Hugging Face Hub, or a folder, is taken with
    `pfviz run --model OWNER/NAME --reward-model OWNER/NAME`.
    """
    from pfviz.models.devices import best

    place, screen = best(), console()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name, justify in (
        ("pair", "left"), ("generator", "left"), ("reward model", "left"), ("memory", "right"), ("licences", "left"),
        ("here", "left"), ("good for", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=justify, no_wrap=name == "pair")  # type: ignore[arg-type]
    for pair in PAIRS.values():
        table.add_row(
            pair.name, pair.generator, pair.reward, _memory(pair, place), _licences(pair), _ready(pair, place),
            pair.good_for,
        )  # fmt: skip
    screen.print(table)
    screen.print(f"\nThis machine computes on {place.device} in {place.dtype}, with {place.gigabytes:.0f} GB.")
    _endpoints(screen)


def _memory(pair: PairCard, place: Place) -> str:
    return "< 1 GB" if not pair.cards else f"{pair.gigabytes(place.bytes_each) * HEADROOM:.0f} GB"


def _licences(pair: PairCard) -> str:
    names = dict.fromkeys(card.licence for card in pair.cards) or {"Apache-2.0": None}
    return ", ".join(names) + (", gated" if pair.gated else "")


def _ready(pair: PairCard, place: Place) -> str:
    """Whether a run could begin now, or what stands in the way."""
    from pfviz.models.published import here

    if pair.gigabytes(place.bytes_each) * HEADROOM > place.gigabytes:
        return "too large"
    missing = [card.id for card in pair.cards if not here(card.id)]
    return "ready" if not missing else "to download" if len(missing) == len(pair.cards) else "half"


def _endpoints(screen: Console) -> None:
    """Servers that the operator configured; see docs/endpoints.md."""
    from pfviz.models.remote.endpoint_file import configured

    for endpoint in configured():
        use = "--reward-model" if endpoint.kind == "reward" else "--model"
        screen.print(f"{use} {endpoint.label}: {endpoint.model}", markup=False)
