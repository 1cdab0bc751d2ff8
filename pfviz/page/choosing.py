"""The chosen models in a sentence each: what they are good for, and what they need."""

from __future__ import annotations

from typing import Any

from pfviz.errors import EndpointError, ModelError
from pfviz.models import catalogue, needs
from pfviz.models.presets import reward_preset
from pfviz.page.markup import escape
from pfviz.page.offer import OTHER, Offer


def about(name: Any, offer: Offer) -> str:
    """An entry of the list; for a published pair also memory, licences, and whether it is here."""
    if name == OTHER:
        return _small("Ids of the Hugging Face Hub, owner/name, or folders. Program code from the Hub is never run.")
    if name not in offer.models:
        return ""
    pair = catalogue.PAIRS.get(name)
    sentence = offer.models[name].good_for
    if pair is None or not pair.cards:
        return _small(sentence)
    from pfviz.models.devices import best  # imports torch, which the first page does not wait for

    place = best()
    facts = f"{needs.memory(pair, place)}; {needs.licences(pair)}; {needs.ready(pair, place)}."
    return _small(f"{sentence} {facts}")


def about_reward(name: Any) -> str:
    """A reward model; nothing for one that does not exist."""
    if name in catalogue.REWARDS:
        card = catalogue.REWARDS[name]
        return _small(f"A process reward model of the Hub, {card.parameters:g} billion parameters.")
    try:
        return _small(reward_preset(str(name)).description)
    except EndpointError as error:
        return _small(str(error))
    except ModelError:
        return ""


def _small(text: str) -> str:
    return f'<p class="small">{escape(text)}</p>'
