"""Configured endpoints as presets: what `endpoint:NAME` means where a model is picked by name."""

from __future__ import annotations

from pfviz.models.preset import GeneratorPreset, RewardPreset
from pfviz.models.remote.config_file import find_endpoint
from pfviz.models.remote.generator import RemoteGenerator
from pfviz.models.remote.reward import RemoteReward


def generator_preset(label: str) -> GeneratorPreset:
    """The generator of that label; raises `EndpointError` if none is configured. It takes every problem."""
    endpoint = find_endpoint(label, "generator")
    return GeneratorPreset(label, label, f"{endpoint.model}, behind an address.", lambda: RemoteGenerator(endpoint))


def reward_preset(label: str) -> RewardPreset:
    """The reward model of that label; raises `EndpointError` if none is configured."""
    endpoint = find_endpoint(label, "reward")
    return RewardPreset(label, label, f"{endpoint.model}, behind an address.", lambda: RemoteReward(endpoint))
