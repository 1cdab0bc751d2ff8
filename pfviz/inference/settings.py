"""The settings of a run, checked: a value that makes no sense is refused with the field that holds it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from pfviz.errors import SettingError
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.text import shorten
from pfviz.types import Sampling

TRIGGERS = ("always", "ess")
PICKS = ("usual", "highest", "vote", "majority", "draw")
FINISHED_MODES = ("pooled", "absorbing")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is made. Numbers may come as text (from a form); they are converted, or refused by `SettingError`."""

    particles: int = 16  # N
    temperature: float = 0.8  # of the generator's sampling; 0 is greedy
    tau: float = 1.0  # of the softmax over the particles' potentials
    warmth: float = 1.0  # tau is so many times larger at the first step, and halves from step to step until it is tau
    potential: str = "odds"  # what a reward says; see potentials.py
    resampler: str = "multinomial"
    trigger: str = "always"  # resample after every step, or when ESS/N falls below `threshold`
    threshold: float = 0.5
    finished: str = "pooled"  # can be cloned and can die, or "absorbing": kept aside with its weight
    iterations: int = 4  # K: sweeps of particle Gibbs, and of each chain of parallel tempering
    chains: int = 3  # M: of parallel tempering
    ladder: float = 2.0  # how many times each chain's tau is that of the chain below it
    width: int = 4  # M: copies of a survivor in beam search, slots of a subtree in DVTS
    aggregation: str = "last"  # of the rewards of a solution's steps
    pick: str = "usual"  # how the answer is chosen: as the method usually does, or see answers.py
    max_steps: int = 16
    max_step_tokens: int = 256
    max_step_characters: int = 4000
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_integer("particles", 1, 1024)
        self._check_number("temperature", 0.0, 100.0)
        self._check_number("tau", 0.001, 1000.0)
        self._check_number("warmth", 1.0, 1000.0)
        self._check_choice("potential", tuple(POTENTIALS))
        self._check_choice("resampler", tuple(RESAMPLERS))
        self._check_choice("trigger", TRIGGERS)
        self._check_number("threshold", 0.0, 1.0)
        self._check_choice("finished", FINISHED_MODES)
        self._check_integer("iterations", 1, 1000)
        self._check_integer("chains", 1, 64)
        self._check_number("ladder", 1.0, 1000.0)
        self._check_integer("width", 1, 1024)
        self._check_choice("aggregation", tuple(AGGREGATIONS))
        self._check_choice("pick", PICKS)
        self._check_integer("max_steps", 1, 1000)
        self._check_integer("max_step_tokens", 1, 100_000)
        self._check_integer("max_step_characters", 1, 1_000_000)
        self._check_integer("seed", 0, 2**63 - 1)

    @classmethod
    def from_values(cls, **values: Any) -> Settings:
        """Settings from keywords; an unknown one is refused by name."""
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, 3)
                hint = (
                    f"Did you mean {' or '.join(near)}?"
                    if near
                    else "All are fields of pfviz.inference.settings.Settings."
                )
                raise SettingError(name, f"There is no setting {name[:40]!r}. {hint}")
        return cls(**values)

    @property
    def sampling(self) -> Sampling:
        """What a generator needs of them."""
        return Sampling(self.temperature, self.max_step_tokens, self.max_step_characters)

    def as_dict(self) -> dict[str, Any]:
        """Every setting but the seed (which a trace holds on its own), JSON-able."""
        return {name: value for name, value in asdict(self).items() if name != "seed"}

    def _check_number(self, name: str, low: float, high: float) -> None:
        value = _parse_float(name, getattr(self, name))
        if not low <= value <= high:
            raise SettingError(name, f"{_label(name)} is {value:g}; it must lie between {low:g} and {high:g}.")
        object.__setattr__(self, name, value)

    def _check_integer(self, name: str, low: int, high: int) -> None:
        given = getattr(self, name)
        if isinstance(given, int) and not isinstance(given, bool):
            value = given  # exact: a long seed does not survive a float
        elif isinstance(given, str) and given.strip().lstrip("+-").isdecimal():
            if len(given.strip()) > 30:
                raise SettingError(name, f"{_label(name)} has {len(given.strip())} digits; it must be at most {high}.")
            value = int(given)
        else:
            number = _parse_float(name, given)
            if not number.is_integer():
                raise SettingError(name, f"{_label(name)} is {number:g}; it must be a whole number.")
            value = int(number)
        if not low <= value <= high:
            raise SettingError(name, f"{_label(name)} is {value}; it must lie between {low} and {high}.")
        object.__setattr__(self, name, value)

    def _check_choice(self, name: str, choices: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in choices:
            raise SettingError(name, f"{_label(name)} is {value!r}; it must be one of: {', '.join(choices)}.")


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _parse_float(name: str, given: Any) -> float:
    """The finite number that is meant, from a number or its text."""
    shown = shorten(repr(given), 40)
    wrong = SettingError(name, f"{_label(name)} is {shown}; it must be a number.")
    if given is None or isinstance(given, bool):
        raise wrong
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        raise wrong from None
    if not math.isfinite(value):
        raise SettingError(name, f"{_label(name)} is {value}; it must be a finite number.")
    return value
