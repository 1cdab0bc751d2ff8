"""What there is to say of one setting, in one place: its label, help, range or choices, and where it is shown.

A field of `Settings` is declared by `setting(default, …)`. The check of its value, the option of the command line, the
part of the page, the form of "What if?" and docs/cli.md are all made from the record that this leaves on the field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pfviz.errors import SettingError
from pfviz.text import shorten

Group = Literal["main", "sweeps", "folded", "steps", "seed", "limits"]
"""Where the page shows it: beside the method, in a row below it, under "More settings", under "Steps", as the last of
those with a button for a new one, or nowhere. Every method has those of the last three groups."""

TextCheck = Callable[[str, Any], str]
"""(name, value) → the text as it is recorded; raises `SettingError`."""

T = TypeVar("T", int, float, str)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a number from `low` to `high`, one of the `choices` (value → what people read), or a text that
    `check_text` takes. The command line takes the name of a file with that text where it `is_file`, else @NAME too."""

    default: int | float | str
    label: str  # a noun: what it is called on the page and in errors
    help: str  # a sentence or two, for people
    low: float
    high: float
    choices: Mapping[str, str]
    group: Group
    page_high: int | None  # the most that the page takes, where that is less; it is a slider then
    step: float | None  # of that slider
    flags: tuple[str, ...]  # short options of the command line
    former_names: tuple[str, ...]  # that are still understood
    check_text: TextCheck | None
    is_file: bool
    is_numbers: bool  # whether that text is one line of numbers
    counts_generations: bool  # whether the number of solutions that are written depends on it

    @property
    def text(self) -> str:
        """The default as one would type it."""
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default)

    def check(self, name: str, value: Any) -> int | float | str:
        """The value, a number converted from its text if need be; raises `SettingError` for one that makes no sense."""
        if self.check_text is not None:
            return self.check_text(name, value)
        if self.choices:
            return self._check_choice(name, value)
        return self._check_integer(name, value) if isinstance(self.default, int) else self._check_number(name, value)

    def _check_number(self, name: str, given: Any) -> float:
        value = self._parse_float(name, given)
        if not self.low <= value <= self.high:
            raise SettingError(name, f"{self.label} is {value:g}; it must lie between {self.low:g} and {self.high:g}.")
        return value

    def _check_integer(self, name: str, given: Any) -> int:
        if isinstance(given, int) and not isinstance(given, bool):
            value = given  # exact: a long seed does not survive a float
        elif isinstance(given, str) and given.strip().lstrip("+-").isdecimal():
            if len(given.strip()) > 30:
                raise SettingError(
                    name, f"{self.label} has {len(given.strip())} digits; it must be at most {self.high}."
                )
            value = int(given)
        else:
            number = self._parse_float(name, given)
            if not number.is_integer():
                raise SettingError(name, f"{self.label} is {number:g}; it must be a whole number.")
            value = int(number)
        if not self.low <= value <= self.high:
            raise SettingError(name, f"{self.label} is {value}; it must lie between {self.low} and {self.high}.")
        return value

    def _check_choice(self, name: str, given: Any) -> str:
        if not isinstance(given, str) or given not in self.choices:
            raise SettingError(
                name, f"{self.label} is {_shorten(given)}; it must be one of: {', '.join(self.choices)}."
            )
        return given

    def _parse_float(self, name: str, given: Any) -> float:
        """The finite number that is meant, from a number or its text."""
        wrong = SettingError(name, f"{self.label} is {_shorten(given)}; it must be a number.")
        if given is None or isinstance(given, bool):
            raise wrong
        try:
            value = float(given)
        except (TypeError, ValueError, OverflowError):
            raise wrong from None
        if not math.isfinite(value):
            raise SettingError(name, f"{self.label} is {value}; it must be a finite number.")
        return value


def setting(
    default: T,
    label: str,
    help: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    choices: Mapping[str, str] | None = None,
    group: Group = "folded",
    page_high: int | None = None,
    step: float | None = None,
    flags: tuple[str, ...] = (),
    former_names: tuple[str, ...] = (),
    check_text: TextCheck | None = None,
    is_file: bool = False,
    is_numbers: bool = False,
    counts_generations: bool = False,
) -> T:
    """Return a dataclass field with that default, and everything else as its metadata (see `Setting`)."""
    known = Setting(
        default, label, help, low, high, choices or {}, group, page_high, step, flags, former_names, check_text,
        is_file, is_numbers, counts_generations,
    )  # fmt: skip
    return field(default=default, metadata={"setting": known})


def label_choices(names: Iterable[str], **labels: str) -> dict[str, str]:
    """Return value → label for each name of a registry: as given, or the name itself with a capital letter."""
    return {name: labels.get(name, name.replace("_", " ").capitalize()) for name in names}


def _shorten(given: Any) -> str:
    """What was given, as Python writes it, cut where it is long."""
    return shorten(repr(given), 40)
