"""The chosen models in a sentence each: what they are good for, and what they need."""

from __future__ import annotations

from typing import Any

from pfviz.errors import EndpointError, ModelError
from pfviz.models.hub import catalog, requirements
from pfviz.models.registry import reward_preset
from pfviz.page.components.html import small_text
from pfviz.page.serving.model_menu import OTHER_MODEL, ModelMenu


def describe_models(name: Any, menu: ModelMenu) -> str:
    """An entry of the list; for a published pair also memory, licences, and whether it is here."""
    if name == OTHER_MODEL:
        return small_text("Hugging Face Hub ids (owner/name) or folders. Code from the Hub is never run.")
    if name not in menu.models:
        return ""
    pair = catalog.PAIRS.get(name)
    sentence = menu.models[name].good_for
    if pair is None:
        return small_text(sentence)
    return small_text(f"{sentence} {describe_needs(pair, menu)}")


def describe_needs(pair: catalog.PairCard, menu: ModelMenu) -> str:
    """Size, memory, time, licences, and whether the files are here."""
    measured = menu.times.get(pair.generator)
    if not pair.cards:
        speed = f"{requirements.PARTICLES} particles take about 1 s (estimated)"
        if measured is not None:
            speed = f"{requirements.PARTICLES} particles took {requirements.round_seconds(measured)} here"
        return f"Ships with pfviz, less than 1 GB of memory; {speed}; {requirements.describe_licences(pair)}."
    from pfviz.models.hub.devices import best_device  # imports torch, which the first page does not wait for

    place = best_device()
    facts = (
        requirements.describe_size(pair),
        requirements.describe_memory(pair, place),
        requirements.describe_seconds(pair, place, measured),
        requirements.describe_licences(pair),
        requirements.describe_readiness(pair, place),
    )
    return f"{'; '.join(facts)}."


def describe_reward(name: Any) -> str:
    """A reward model; nothing for one that does not exist."""
    if name in catalog.REWARDS:
        card = catalog.REWARDS[name]
        return small_text(f"A process reward model from the Hugging Face Hub, {card.parameters:g} billion parameters.")
    try:
        return small_text(reward_preset(str(name)).description)
    except EndpointError as error:
        return small_text(str(error))
    except ModelError:
        return ""
