"""The methods by name: one file and one line each."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import SettingError
from pfviz.inference.methods.base import Method
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings

METHODS: dict[str, Callable[[Settings], Method]] = {
    ParticleFiltering.name: ParticleFiltering,
}


def make(name: str, settings: Settings) -> Method:
    """The method of that name; raises `SettingError` naming those that there are."""
    if name not in METHODS:
        raise SettingError("method", f"There is no method {name!r}. Choose one of: {', '.join(METHODS)}.")
    return METHODS[name](settings)
