"""The result of a study as a plain record: accuracy of each method at each budget, with intervals; JSON and CSV of it.

Figures and pages read this and nothing else of a study.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from pfviz.errors import StudyError
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.stats.estimate import Estimate

FORMAT_VERSION = 1
LEADER_METHOD = ParticleFiltering.name
"""Whom the others are compared with."""


@dataclass(frozen=True, slots=True)
class Column:
    """One method at one budget of generations."""

    method: str
    budget: int
    # Infinity, in an estimate, stands for more than the largest budget.
    accuracy: Mapping[str, Estimate]  # by how the answer is picked; "usual" is the method's own way
    lead: Mapping[str, Estimate]  # that accuracy minus the leader's usual one at the same budget, paired by problem
    measures: Mapping[str, float]  # means over the runs: see `work.MEASURES`


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many generations a rival needs for the leader's accuracy, over the leader's own: the horizontal distance of
    the curves. `pick` is the leader's; the rival's is its usual one."""

    rival: str
    pick: str
    budget: int  # of the leader
    ratio: Estimate
    limit: float  # the largest budget of the rival over the leader's: ratios above it are infinite


@dataclass(frozen=True, slots=True)
class Result:
    """A study's result. `about` is what it depends on: models, settings, versions, the seed of the problems."""

    about: Mapping[str, Any]
    problems: int
    seeds: int
    resamples: int  # of the bootstrap
    columns: tuple[Column, ...]
    ratios: tuple[Ratio, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, in the order in which they stand."""
        return tuple(dict.fromkeys(column.method for column in self.columns))

    def curve(self, method: str, pick: str = "usual") -> list[tuple[int, Estimate]]:
        """(budget, accuracy) of a method, by budget."""
        found = [(c.budget, c.accuracy[pick]) for c in self.columns if c.method == method]
        return sorted(found, key=lambda point: point[0])

    def dumps(self) -> str:
        """As JSON; an infinite number is null."""
        return json.dumps({"result": FORMAT_VERSION} | _to_plain(self), indent=1, allow_nan=False) + "\n"

    def csv(self) -> str:
        """A row for each method, budget and pick."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = list(self.columns[0].measures) if self.columns else []
        writer.writerow(
            ["method", "budget", "pick", "accuracy", "low", "high", "lead", "lead_low", "lead_high", *names]
        )
        for column in self.columns:
            for pick, estimate in column.accuracy.items():
                lead = column.lead[pick].interval().values() if pick in column.lead else ("", "", "")
                numbers = [*estimate.interval().values(), *lead, *column.measures.values()]
                writer.writerow([column.method, column.budget, pick, *map(_format_number, numbers)])
        return out.getvalue()


def loads(text: str) -> Result:
    """The result that `dumps` wrote.

    Raises:
        StudyError: the text is no such thing.
    """
    try:
        data = json.loads(text)
        if data.pop("result") != FORMAT_VERSION:
            raise KeyError("result")
        return Result(
            about=data["about"],
            problems=int(data["problems"]),
            seeds=int(data["seeds"]),
            resamples=int(data["resamples"]),
            columns=tuple(
                Column(
                    c["method"],
                    c["budget"],
                    _parse_estimates(c["accuracy"]),
                    _parse_estimates(c["lead"]),
                    c["measures"],
                )
                for c in data["columns"]
            ),
            ratios=tuple(Ratio(**row | {"ratio": _parse_estimate(row["ratio"])}) for row in data["ratios"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StudyError(f"This is no result of `pfviz study` of this version: {error!r}.") from error


def load(path: Path) -> Result:
    """The result in a file, such as a study's `table.json`; raises `StudyError` as `loads`, or if it is not there."""
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"The result in {path} cannot be read: {error}") from error


def _parse_estimates(found: Mapping[str, Mapping[str, float | None]]) -> dict[str, Estimate]:
    return {pick: _parse_estimate(numbers) for pick, numbers in found.items()}


def _parse_estimate(numbers: Mapping[str, float | None]) -> Estimate:
    names = ("value", "low", "high")
    value, low, high = (math.inf if numbers[name] is None else float(numbers[name] or 0) for name in names)
    return Estimate(value, low, high)


def _to_plain(value: Any) -> Any:
    """The value as a file holds it: records as objects, infinite numbers as None, others to six digits."""
    if isinstance(value, Estimate):
        return _to_plain(value.interval())
    if is_dataclass(value):
        return {field.name: _to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    return [_to_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _format_number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
