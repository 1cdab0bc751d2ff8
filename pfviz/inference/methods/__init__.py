"""The methods by name: one file and one line each."""

from __future__ import annotations

from dataclasses import replace

from pfviz.errors import SettingError
from pfviz.inference.methods.base import Method
from pfviz.inference.methods.beam_search import BeamSearch
from pfviz.inference.methods.best_of_n import BestOfN
from pfviz.inference.methods.dvts import Dvts
from pfviz.inference.methods.entropic import EntropicParticleFiltering
from pfviz.inference.methods.greedy import Greedy
from pfviz.inference.methods.parallel_tempering import ParallelTempering
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.methods.particle_gibbs import ParticleGibbs
from pfviz.inference.methods.self_consistency import SelfConsistency
from pfviz.inference.methods.weighted_best_of_n import WeightedBestOfN
from pfviz.inference.settings import Settings

_METHOD_CLASSES: tuple[type[Method], ...] = (
    ParticleFiltering,
    EntropicParticleFiltering,
    ParticleGibbs,
    ParallelTempering,
    BeamSearch,
    Dvts,
    BestOfN,
    WeightedBestOfN,
    SelfConsistency,
    Greedy,
)
METHODS: dict[str, type[Method]] = {method.name: method for method in _METHOD_CLASSES}
DEFAULT_METHOD = ParticleFiltering.name
SAMPLING_METHOD = BestOfN.name
"""For runs that are to show a reward's mistakes: what is written does not depend on the reward."""


def has_iterations(name: str) -> bool:
    """Whether the method of that name sweeps over the steps several times; False for one that is not known."""
    return name in METHODS and "iterations" in METHODS[name].setting_names


def make_method(name: str, settings: Settings) -> Method:
    """The method of that name; run it with its own `settings`. Raises `SettingError` naming those that there are."""
    if name not in METHODS:
        raise SettingError("method", f"There is no method {name!r}. Choose one of: {', '.join(METHODS)}.")
    method = METHODS[name](settings)
    if method.settings.pick == "usual":
        method.settings = replace(method.settings, pick=method.usual_pick)
    return method
