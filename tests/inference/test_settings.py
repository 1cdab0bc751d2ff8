"""Settings: what makes no sense is refused beside its field."""

from __future__ import annotations

import json

import pytest

from pfviz.errors import SettingError
from pfviz.inference.settings import SETTINGS, Settings, rename_settings


def test_text_from_a_form_is_read() -> None:
    settings = Settings.from_values(particles="8", temperature="0.5", seed=" 42 ", tau=2)
    assert (settings.particles, settings.temperature, settings.seed, settings.tau) == (8, 0.5, 42, 2.0)
    assert isinstance(settings.tau, float)


def test_a_long_seed_is_exact() -> None:
    assert Settings.from_values(seed=str(2**63 - 1)).seed == 2**63 - 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("particles", 0, "Particles is 0; it must lie between 1 and 1024"),
        ("particles", 1025, "between"),
        ("particles", 2.5, "whole number"),
        ("particles", None, "must be a number"),
        ("particles", True, "must be a number"),
        ("temperature", -0.1, "Temperature is -0.1; it must lie between 0"),
        ("temperature", float("nan"), "finite"),
        ("temperature", "inf", "finite"),
        ("tau", 0, "between"),
        ("threshold", 1.5, "between 0 and 1"),
        ("resampler", "lucky", "must be one of: multinomial, systematic"),
        ("trigger", "never", "always, ess"),
        ("potential", "luck", "odds"),
        ("max_steps", 0, "Max steps is 0"),
        ("max_step_tokens", -1, "between"),
        ("max_step_characters", 0, "between"),
        ("seed", "abc", "Seed is 'abc'; it must be a number"),
        ("seed", -1, "between"),
        ("seed", "9" * 5000, "digits"),
        ("seed", "x" * 5000, "…; it must be a number"),
        ("seed", [1], "must be a number"),
        ("colour", 1, "There is no setting 'colour'"),
        ("particle", 1, "Did you mean particles"),
    ],
)
def test_refusals_name_the_field(field, value, message) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        Settings.from_values(**{field: value})
    assert caught.value.field == field
    assert len(str(caught.value)) < 200


def test_every_setting_but_the_seed_is_recorded() -> None:
    recorded = json.loads(json.dumps(Settings(seed=5).as_dict()))
    assert recorded["particles"] == 16
    assert "seed" not in recorded


def test_a_former_name_is_understood() -> None:
    assert Settings.from_values(warmth="2").tau_start_factor == 2.0
    assert rename_settings({"warmth": 2, "tau": 1}) == {"tau_start_factor": 2, "tau": 1}
    with pytest.raises(SettingError, match="leave out warmth") as caught:
        Settings.from_values(warmth=2, tau_start_factor=2)
    assert caught.value.field == "tau_start_factor"
    with pytest.raises(SettingError, match="Tau start factor is 0; it must lie between 1 and 1000") as caught:
        Settings.from_values(warmth=0)
    assert caught.value.field == "tau_start_factor"


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_says_all_about_itself(name: str) -> None:
    known = SETTINGS[name]
    wrong: list[object]
    assert known.default == getattr(Settings(), name)
    assert known.label[0].isupper()
    assert known.help.endswith(".")
    assert known.check(name, known.text) == known.default
    if known.choices:
        assert known.default in known.choices
        assert all(known.choices.values())
        wrong = ["of a later version", None, ["x"]]
    elif known.check_text is not None:
        wrong = [None, 11 if known.is_numbers else 7, "x" * 50_000]
    else:
        assert known.low <= known.default <= (known.page_high or known.high) <= known.high
        wrong = [known.low - 1, known.high + 1, "x"]
    for value in wrong:
        with pytest.raises(SettingError, match=f"^{known.label} ") as caught:
            Settings.from_values(**{name: value})
        assert caught.value.field == name
        assert len(str(caught.value)) < 200
