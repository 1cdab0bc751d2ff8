"""Configured endpoints as presets: what `endpoint:NAME` means where a model is picked by name."""

from __future__ import annotations

from pfviz.models.presets import GeneratorPreset, RewardPreset
from pfviz.models.remote.endpoint_file import named
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.reward import RemoteReward


def generator_preset(label: str) -> GeneratorPreset:
    """The generator of that label; raises `EndpointError` if none is configured. It takes every problem."""
    endpoint = named(label, "generator")
    return GeneratorPreset(label, f"{endpoint.model}, behind an address.", lambda: RemoteGenerator(endpoint))


def reward_preset(label: str) -> RewardPreset:
    """The reward model of that label; raises `EndpointError` if none is configured."""
    endpoint = named(label, "reward")
    return RewardPreset(label, f"{endpoint.model}, behind an address.", lambda: RemoteReward(endpoint))
