"""The methods by name: a file and a line each."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from pfviz.errors import SettingError
from pfviz.inference.methods.base import Method
from pfviz.inference.methods.best_of_n import BestOfN
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings

_METHOD_PATHS = (
    "particle_filtering:ParticleFiltering",
    "entropic:EntropicParticleFiltering",
    "particle_gibbs:ParticleGibbs",
    "parallel_tempering:ParallelTempering",
    "beam_search:BeamSearch",
    "dvts:Dvts",
    "best_of_n:BestOfN",
    "weighted_best_of_n:WeightedBestOfN",
    "self_consistency:SelfConsistency",
    "greedy:Greedy",
)
"""Module of this folder and class, in the order in which they are offered."""


def _import_method(path: str) -> type[Method]:
    module, name = path.split(":")
    method: type[Method] = getattr(import_module(f"{__name__}.{module}"), name)
    return method


METHODS: dict[str, type[Method]] = {method.name: method for method in map(_import_method, _METHOD_PATHS)}
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
