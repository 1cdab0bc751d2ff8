"""`pfviz models`: the pairs that can be chosen, what each needs, and which are ready on this machine."""

from __future__ import annotations

from collections.abc import Mapping

import click
from rich.console import Console

from pfviz.cli.screen.terminal import console
from pfviz.models.hub import requirements
from pfviz.models.hub.catalog import PAIRS, PairCard
from pfviz.models.hub.devices import Placement
from pfviz.models.prm.registry import PROTOCOLS
from pfviz.models.registry import REWARDS


@click.command()
def models() -> None:
    """List the pairs of a generator and a reward model: memory, licence, and whether their files are here.

    Take one with `pfviz run --pair NAME`, and fetch it before with `pfviz fetch NAME`. After them come the reward
    models that need no download, and the protocols by which others are asked. Any other model of the Hugging Face Hub,
    or a folder, is taken with `pfviz run --model OWNER/NAME --reward-model OWNER/NAME`.
    """
    from pfviz.models.hub.devices import combined_devices

    place, screen = combined_devices(), console()
    for pair in PAIRS.values():
        ready = requirements.describe_readiness(pair, place)
        screen.print(f"[bold]{pair.name}[/bold]  {pair.good_for}", highlight=False)
        for line in (
            f"{pair.generator} + {pair.reward}",
            "; ".join([*_describe_cost(pair, place), requirements.describe_licences(pair), ready]),
        ):
            screen.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)  # an id is there to be copied
        screen.print()
    screen.print(f"This machine computes on {place.title} in {place.dtype}, with {place.gigabytes:.0f} GB.")
    _print_endpoints(screen)
    _print_entries(screen, "--reward-model NAME", {name: preset.description for name, preset in REWARDS.items()})
    _print_entries(screen, "--protocol NAME", {name: protocol.title for name, protocol in PROTOCOLS.items()})


def _describe_cost(pair: PairCard, place: Placement) -> list[str]:
    """Size, memory and time."""
    more = [requirements.describe_size(pair)] if pair.cards else []
    seconds = [requirements.describe_seconds(pair, place, None)] if pair.cards else []
    return [*more, requirements.describe_memory(pair, place), *seconds]


def _print_entries(screen: Console, option: str, entries: Mapping[str, str]) -> None:
    """What an option can be, a line for each."""
    screen.print(f"\n{option}", markup=False, highlight=False)
    for name, text in entries.items():
        screen.print(f"  {name}: {text}", markup=False, highlight=False, soft_wrap=True)


def _print_endpoints(screen: Console) -> None:
    """Servers that the operator configured; see docs/endpoints.md."""
    from pfviz.models.remote.config_file import configured_endpoints

    for endpoint in configured_endpoints():
        use = "--reward-model" if endpoint.kind == "reward" else "--model"
        screen.print(f"{use} {endpoint.label}: {endpoint.model}", markup=False)
