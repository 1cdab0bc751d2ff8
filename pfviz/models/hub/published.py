"""Models that do not ship with pfviz, by their Hub id or by a folder: how each is loaded and asked.

A reward model that is asked by a protocol of the user's choice goes by PROTOCOL:PLACE, in traces too, so that a run
that goes on asks it as before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pfviz.models.hub import catalog, fetch, gguf, sizes
from pfviz.models.hub.local_models import find_model_folder
from pfviz.models.prm import registry
from pfviz.types import Generator, RewardModel


def is_model_source(name: str) -> bool:
    """Whether a name is that of a folder or a GGUF file, or reads like an id of the Hub, owner/name."""
    return Path(name).is_dir() or gguf.is_gguf_name(name) or (name.count("/") == 1 and ":" not in name)


def join_protocol(place: str, protocol: str) -> str:
    """The name of the reward model in that place when it is asked by that protocol; raises `ModelError`, naming those
    that there are, if there is no such protocol."""
    registry.get_protocol(protocol)
    return f"{protocol}:{place}"


def split_protocol(name: str) -> tuple[str | None, str]:
    """(protocol, place) of a name that `forced` made; of any other, no protocol and the name itself."""
    protocol, _, place = name.partition(":")
    known = protocol in registry.PROTOCOLS and is_model_source(place) and not is_model_source(name)
    return (protocol, place) if known else (None, name)


def load_published_generator(name: str, *, needs_template: bool = True) -> Generator:
    """A generator, asked as the catalogue says; one that is not in it, by its chat template for short steps, or, where
    it does not need one, as a text of worked examples that it goes on with.

    Raises:
        ModelError: there is none of that name, it does not load or fit into memory, or it has no chat template.
    """
    from pfviz.models.hub.loader import load_generator

    card = catalog.GENERATORS.get(name)
    check_memory(card)
    _fetch_missing(name)
    asked: dict[str, Any] = {"system": catalog.SHORT_STEPS_PROMPT, "examples": catalog.SHORT_STEPS_EXAMPLES}
    if card is not None:
        asked = {"system": card.system, "examples": card.examples, "separator": card.separator}
    return load_generator(_folder_or_id(name), name=name, needs_template=needs_template, **asked)


def load_published_reward(name: str, protocol: str | None = None) -> RewardModel:
    """A reward model, asked by the protocol that is given or forced by its name, or that of the catalogue, or that its
    config asks for; raises `ModelError` as `load_reward`, or if it does not fit into memory."""
    from pfviz.models.hub.loader import load_reward

    name = name if protocol is None else join_protocol(name, protocol)
    protocol, place = split_protocol(name)
    card = catalog.REWARDS.get(place)
    check_memory(card)
    _fetch_missing(place)
    options: dict[str, Any] = {}
    if card is not None and protocol in (None, card.protocol):
        protocol = card.protocol
        options = {"separator": card.separator} if protocol == "trl" else {}
    return load_reward(_folder_or_id(place), name=name, protocol=protocol, **options)


def load_published_classifier(name: str) -> tuple[Any, Any, bool]:
    """(model, tokenizer, whether its head is new), see `load_token_classifier`; raises `ModelError` as it does, or if
    it does not fit into memory."""
    from pfviz.models.hub.loader import load_token_classifier

    check_memory(catalog.GENERATORS.get(name) or catalog.REWARDS.get(name))
    _fetch_missing(name)
    return load_token_classifier(_folder_or_id(name))


def weight_gigabytes(name: str) -> float:
    """The memory that a model's weights will take here, 10^9 bytes; 0 where the catalogue does not know it."""
    from pfviz.models.hub import devices

    card = catalog.GENERATORS.get(name) or catalog.REWARDS.get(split_protocol(name)[1])
    return 0.0 if card is None else card.gigabytes(devices.combined_devices().bytes_per_parameter)


def is_downloaded(name: str) -> bool:
    """Whether the files of a model are on this machine, its weights too; nobody is asked over the network."""
    return isinstance(_folder_or_id(name), Path) or sizes.has_weights(name)


def _folder_or_id(name: str) -> str | Path:
    """Where a model is: a folder or a file, the folder of a model of the Hub in $PFVIZ_MODELS, or the Hub's id."""
    if Path(name).is_dir() or gguf.is_gguf_name(name):
        return Path(name)
    return find_model_folder(name) or name


def check_memory(card: catalog.ModelCard | None) -> None:
    """Raise `ModelError` for a model of the catalogue that does not fit on this machine."""
    from pfviz.models.hub import devices

    if card is not None:
        devices.check_memory(card.id, card.parameters, devices.choose_placement(card.parameters))


def _fetch_missing(name: str) -> None:
    """Fetch a model that must come from the Hub: a wrong name or no network is said at once, and models of which
    somebody else has the files are loaded meanwhile."""
    if not is_downloaded(name):
        fetch.fetch_model(fetch.describe_model(name))
