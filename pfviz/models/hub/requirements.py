"""What a pair of the catalogue needs on this machine, in words."""

from __future__ import annotations

from pfviz.models.hub.catalog import PairCard
from pfviz.models.hub.devices import MEMORY_HEADROOM, Placement


def describe_memory(pair: PairCard, place: Placement) -> str:
    """The memory of both models, with room for a run."""
    if not pair.cards:
        return "less than 1 GB"
    return f"{pair.gigabytes(place.bytes_per_parameter) * MEMORY_HEADROOM:.0f} GB in {place.dtype}"


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
        return "ready"
    return "to download" if len(missing) == len(pair.cards) else f"to download: {missing[0]}"
