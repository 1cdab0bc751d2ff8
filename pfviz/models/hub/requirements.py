"""What a pair of the catalogue needs on this machine, in words."""

from __future__ import annotations

from pfviz.models.hub.catalog import PairCard
from pfviz.models.hub.devices import MEMORY_HEADROOM, Placement, cpu_pass_seconds

FILE_BYTES = 2  # of a parameter in published files: bfloat16
PARTICLES = 8
"""For which times are told."""
PASSES, PASS_SECONDS = 110, 0.02  # of a short solution's tokens, the longest of eight, and what any pass costs
GPU_BYTES_PER_SECOND = 1e12


def describe_size(pair: PairCard) -> str:
    """What has to be fetched of it, or that it ships."""
    return f"{pair.gigabytes(FILE_BYTES):.1f} GB to fetch" if pair.cards else "ships with pfviz"


def estimate_seconds(pair: PairCard, place: Placement) -> float:
    """Seconds of a run with `PARTICLES` particles and short steps: so many passes, each with a cost of its own beside
    the products, which were measured on a CPU and are taken for memory-bound on anything else."""
    parameters = sum(card.parameters for card in pair.cards)
    size = parameters * place.bytes_per_parameter * 1e9
    products = cpu_pass_seconds(parameters, place) if place.device == "cpu" else size / GPU_BYTES_PER_SECOND
    return PASSES * (PASS_SECONDS + products)


def describe_seconds(pair: PairCard, place: Placement, measured: float | None) -> str:
    """How long a run takes here, and whether that is known."""
    if measured is not None:
        return f"{PARTICLES} particles took {round_seconds(measured)} here"
    return f"{PARTICLES} particles take about {round_seconds(estimate_seconds(pair, place))} here (estimated)"


def round_seconds(seconds: float) -> str:
    """Two digits are enough: 1.3 s, 45 s, 4 min."""
    if seconds >= 100:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def describe_memory(pair: PairCard, place: Placement) -> str:
    """The memory of both models, with room for a run."""
    if not pair.cards:
        return "less than 1 GB of memory"
    needed = pair.gigabytes(place.bytes_per_parameter) * MEMORY_HEADROOM
    return (
        f"{needed:.1f} GB of memory in {place.dtype}" if needed < 10 else f"{needed:.0f} GB of memory in {place.dtype}"
    )


def describe_licences(pair: PairCard) -> str:
    """Their licences, and whether one must be asked for."""
    if not pair.cards:
        return "Apache-2.0"
    stated = [card.licence + (" (gated)" if card.gated else "") for card in pair.cards]
    return f"licences: {', '.join(stated)}"


def describe_readiness(pair: PairCard, place: Placement) -> str:
    """Whether a run could begin now, or what stands in the way."""
    from pfviz.models.hub.published import is_downloaded

    if pair.gigabytes(place.bytes_per_parameter) * MEMORY_HEADROOM > place.gigabytes:
        return "too large for this machine"
    missing = [card.id for card in pair.cards if not is_downloaded(card.id)]
    if not missing:
        return "ready, its files are here" if pair.cards else "ready"
    return "to download" if len(missing) == len(pair.cards) else f"to download: {missing[0]}"
