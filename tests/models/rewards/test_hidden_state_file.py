"""The fitted rewards that ship: each opens, belongs to a generator, and says what it was measured to be."""

from __future__ import annotations

import pytest

from pfviz.models.registry import FITTED_REWARDS, get_reward
from pfviz.models.rewards.hidden_state import HiddenStateReward
from pfviz.models.rewards.hidden_state_file import read_reading
from pfviz.resources import fitted_rewards_dir


@pytest.mark.parametrize("name", FITTED_REWARDS)
def test_what_ships_opens_and_has_a_card(name: str) -> None:
    reading, pairing, card = read_reading(fitted_rewards_dir() / f"{name}.safetensors")
    assert len(reading.weight) == len(reading.mean) == len(reading.scale)
    assert len(pairing.weight_sample) > 1000
    measured = card["measured"]
    assert measured["problems"] >= 60  # held out, or each by a fit without it: the card says which
    best_control = max(value for value, _, _ in measured["controls"].values())
    assert measured["auc_complete"][0] > best_control
    made = get_reward(name)
    assert isinstance(made, HiddenStateReward)
    assert made.name == name
    assert (
        (fitted_rewards_dir() / f"{name}.md")
        .read_text(encoding="utf-8")
        .startswith("# A reward from the hidden states")
    )
