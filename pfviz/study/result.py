"""The result of a study as a plain record: accuracy of each method at each budget, with intervals; JSON and CSV of it.

Figures and pages read this and nothing else of a study.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from pfviz.errors import StudyError
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.stats.estimate import Estimate

FORMAT_VERSION = 1
LEADER_METHOD = ParticleFiltering.name
"""Whom the others are compared with."""


GAINS = ("present", "usual", "majority")
"""What is compared with and without selection: whether a right answer is there, is chosen, and is the most frequent."""


@dataclass(frozen=True, slots=True)
class SignalAuc:
    """How often a number is higher for the right one of a right and a wrong solution of the same run."""

    complete: Estimate
    half_way: Estimate  # of the first halves of their steps


@dataclass(frozen=True, slots=True)
class Column:
    """One method at one budget of generations."""

    method: str
    budget: int
    # Infinity, in an estimate, stands for more than the largest budget.
    accuracy: Mapping[str, Estimate]  # by how the answer is picked; "usual" is the method's own way
    lead: Mapping[str, Estimate]  # that accuracy minus the leader's usual one at the same budget, paired by problem
    measures: Mapping[str, float]  # means over the runs: see `run_job.MEASURES`
    # What follows is empty in a result from before it was measured.
    present: Estimate | None = None  # share of problems with a right answer among the particles
    # Of each of `GAINS`: that minus the same of independent samples of the same seeds, paired by problem.
    gain: Mapping[str, Estimate] = field(default_factory=dict)
    alive: tuple[Estimate, ...] = ()  # share of runs with a right prefix after step 1, 2, …, selection included
    # Share of the runs whose last right lineage was ended by "selection", and by an error in "writing".
    lost: Mapping[str, Estimate] = field(default_factory=dict)
    right_shares: tuple[float, ...] = ()  # of the slots of step 1, 2, …, those with a right answer below them
    signals: Mapping[str, SignalAuc] = field(default_factory=dict)  # by name: "reward", and those of `SIGNALS`


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
class Stratum:
    """The problems that take `first` to `last` steps: how often each method is right (by method, and budget as digits),
    and the ratios on them alone."""

    first: int
    last: int
    problems: int
    accuracy: Mapping[str, Mapping[str, Estimate]]
    ratios: tuple[Ratio, ...]

    @property
    def title(self) -> str:
        """Such as "4 to 6 steps"."""
        if self.first == self.last:
            return f"{self.first} step" + "s" * (self.first != 1)
        return f"{self.first} to {self.last} steps"


@dataclass(frozen=True, slots=True)
class Result:
    """A study's result. `about` is what it depends on: models, settings, versions, the seed of the problems."""

    about: Mapping[str, Any]
    problems: int
    seeds: int
    resamples: int  # of the bootstrap
    columns: tuple[Column, ...]
    ratios: tuple[Ratio, ...]
    strata: tuple[Stratum, ...] = ()  # by the number of steps of the problems; none where all take as many

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, in the order in which they stand."""
        return tuple(dict.fromkeys(column.method for column in self.columns))

    def column(self, method: str, budget: int) -> Column | None:
        """The column of a method at a budget; None where it was not tried."""
        return next((c for c in self.columns if (c.method, c.budget) == (method, budget)), None)

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
        names = list(dict.fromkeys(name for column in self.columns for name in column.measures))
        ends = ("present", "present_low", "present_high")
        writer.writerow(
            ["method", "budget", "pick", "accuracy", "low", "high", "lead", "lead_low", "lead_high", *ends, *names]
        )
        for column in self.columns:
            for pick, estimate in column.accuracy.items():
                lead = column.lead[pick].interval().values() if pick in column.lead else ("", "", "")
                present = column.present.interval().values() if column.present else ("", "", "")
                measures = [column.measures.get(name, "") for name in names]
                numbers = [*estimate.interval().values(), *lead, *present, *measures]
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
            columns=tuple(map(_parse_column, data["columns"])),
            ratios=_parse_ratios(data["ratios"]),
            strata=tuple(map(_parse_stratum, data.get("strata", ()))),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StudyError(f"This is no result of `pfviz study` of this version: {error!r}.") from error


def load(path: Path) -> Result:
    """The result in a file, such as a study's `table.json`; raises `StudyError` as `loads`, or if it is not there."""
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"The result in {path} cannot be read: {error}") from error


def _parse_column(c: Mapping[str, Any]) -> Column:
    present = c.get("present")
    return Column(
        c["method"],
        c["budget"],
        _parse_estimates(c["accuracy"]),
        _parse_estimates(c["lead"]),
        c["measures"],
        None if present is None else _parse_estimate(present),
        _parse_estimates(c.get("gain", {})),
        tuple(map(_parse_estimate, c.get("alive", ()))),
        _parse_estimates(c.get("lost", {})),
        tuple(map(float, c.get("right_shares", ()))),
        {name: SignalAuc(**_parse_estimates(auc)) for name, auc in c.get("signals", {}).items()},
    )


def _parse_stratum(s: Mapping[str, Any]) -> Stratum:
    accuracy = {method: _parse_estimates(points) for method, points in s["accuracy"].items()}
    return Stratum(int(s["first"]), int(s["last"]), int(s["problems"]), accuracy, _parse_ratios(s["ratios"]))


def _parse_ratios(found: Iterable[Mapping[str, Any]]) -> tuple[Ratio, ...]:
    return tuple(Ratio(**{**row, "ratio": _parse_estimate(row["ratio"])}) for row in found)


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
