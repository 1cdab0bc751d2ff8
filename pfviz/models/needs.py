"""What a pair of the catalogue needs on this machine, in words."""

from __future__ import annotations

from pfviz.models.catalogue import PairCard
from pfviz.models.devices import HEADROOM, Place


def memory(pair: PairCard, place: Place) -> str:
    """The memory of both models, with room for a run."""
    if not pair.cards:
        return "less than 1 GB"
    return f"{pair.gigabytes(place.bytes_each) * HEADROOM:.0f} GB in {place.dtype}"


def licences(pair: PairCard) -> str:
    """Their licences, and whether one must be asked for."""
    if not pair.cards:
        return "Apache-2.0"
    stated = [card.licence + (" (gated)" if card.gated else "") for card in pair.cards]
    return f"licences: {', '.join(stated)}"


def ready(pair: PairCard, place: Place) -> str:
    """Whether a run could begin now, or what stands in the way."""
    from pfviz.models.published import here

    if pair.gigabytes(place.bytes_each) * HEADROOM > place.gigabytes:
        return "too large for this machine"
    missing = [card.id for card in pair.cards if not here(card.id)]
    if not missing:
        return "ready"
    return "to download" if len(missing) == len(pair.cards) else f"to download: {missing[0]}"
