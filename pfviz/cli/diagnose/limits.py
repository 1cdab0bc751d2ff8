"""`--fail-on NAME=VALUE`: numbers of a diagnosis that end a command with a status of their own, for use in CI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from pfviz.lab.diagnosis import Diagnosis
from pfviz.lab.glossary import CAUSES, measures_by_name

EXIT_LIMIT_CROSSED = 3  # the exit status
LOWER_LIMITS = ("auc", "accuracy", "first-error")
UPPER_LIMITS = ("brier", "calibration-error", "findings", *CAUSES)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, and what it must not fall below or rise above."""

    name: str
    value: float

    def violation(self, values: Mapping[str, float]) -> str | None:
        """What is wrong, in a sentence; None if the limit holds. A number that is not known crosses every limit, so
        that nothing passes because nothing was measured."""
        found = values.get(self.name, math.nan)
        if math.isnan(found):
            return f"{self.name} is not known"
        if self.name in LOWER_LIMITS:
            return f"{self.name} is {found:.4g}, below {self.value:g}" if found < self.value else None
        return f"{self.name} is {found:.4g}, above {self.value:g}" if found > self.value else None


class LimitType(click.ParamType[Any]):
    """NAME=VALUE."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        """The limit, if there is such a name and the value is a number."""
        if isinstance(value, Limit):
            return value
        name, _, text = value.partition("=")
        if name not in (*LOWER_LIMITS, *UPPER_LIMITS):
            self.fail(f"{name!r} is none of: {', '.join((*LOWER_LIMITS, *UPPER_LIMITS))}.", param, ctx)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} has no number behind the =, such as {name}=0.1.", param, ctx)
        return Limit(name, number)


def limit_values(diagnosis: Diagnosis) -> dict[str, float]:
    """Every number that can have a limit: measures, how many findings name a cause, and the size of each finding, 0 for
    what was not found."""
    found = {name: one.value for name, one in measures_by_name(diagnosis.measures).items()}
    found["findings"] = sum(not one.general for one in diagnosis.findings.found)
    sizes = dict.fromkeys(CAUSES, 0.0)
    for one in (*diagnosis.findings.found, *diagnosis.consequences.found):
        sizes[one.cause] = max(one.size, sizes.get(one.cause, 0.0))
    return found | sizes
