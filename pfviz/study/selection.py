"""What selection does: right answers present, chosen and most frequent, with it and without, and right lineages.

Without selection means independent samples of the same seeds: the same random numbers, in the same slots, and nobody is
resampled. Best-of-N and its like are exactly that, so no run is made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pfviz.inference.methods import METHODS
from pfviz.stats.bootstrap import draw_resamples, estimate_from_replicates
from pfviz.stats.estimate import Estimate
from pfviz.study.result import GAINS
from pfviz.study.run_job import Outcome
from pfviz.study.signal_auc import estimate_signal_auc
from pfviz.types import FloatArray, IntArray

MethodBudget = tuple[str, int]  # (method, budget)
Found = Mapping[MethodBudget, Mapping[int, list[Outcome]]]

Reading = Callable[[Outcome], float]
"""What a run counts for."""

RESAMPLES = 4000


def describe_selection(found: Found, places: list[MethodBudget], problems: list[int]) -> list[dict[str, Any]]:
    """Return, for each place, what a `Column` holds of this, by name."""
    plain = {budget: method for method, budget in reversed(places) if METHODS[method].independent}
    horizon = max(row.steps for place in places for problem in problems for row in found[place][problem])
    drawn = draw_resamples(len(problems), resamples=RESAMPLES)
    return [
        _describe_place(found, place, plain.get(place[1]), _Estimator(problems, drawn), horizon) for place in places
    ]


@dataclass(frozen=True, slots=True)
class _Estimator:
    """Means over problems, of what each run counts for; `drawn` (D, P) is how often each is in each resample."""

    problems: list[int]
    drawn: IntArray

    def by_problem(self, found: Mapping[int, list[Outcome]], value: Reading) -> FloatArray:
        """(P,) means over the seeds."""
        return np.array([np.mean([value(row) for row in found[problem]]) for problem in self.problems])

    def estimate(self, values: FloatArray) -> Estimate:
        """The mean of (P,) values."""
        return estimate_share(float(values.mean()), self.drawn @ values / len(values))


def _describe_place(
    found: Found, place: MethodBudget, without: str | None, over: _Estimator, horizon: int
) -> dict[str, Any]:
    own, method = found[place], METHODS[place[0]]
    kept: dict[str, Any] = {"present": over.estimate(over.by_problem(own, _is_present))}
    if without is not None and not method.independent and not method.deterministic:
        others = found[without, place[1]]
        # Chosen is chosen in the same way: by the method's own pick.
        readings = (
            (_is_present, _is_present),
            (_is_right("usual"), _is_right(method.usual_pick)),
            (_is_right("majority"), _is_right("majority")),
        )
        kept["gain"] = {
            name: over.estimate(over.by_problem(own, one) - over.by_problem(others, other))
            for name, (one, other) in zip(GAINS, readings, strict=True)
        }
    rows = [row for problem in over.problems for row in own[problem]]
    if all(row.right_steps is not None for row in rows):
        kept["alive"] = tuple(over.estimate(over.by_problem(own, _alive_after(step))) for step in range(1, horizon + 1))
        kept["lost"] = {
            cause: over.estimate(over.by_problem(own, _is_lost_by(cause))) for cause in ("selection", "writing")
        }
    if all(row.right_shares for row in rows):
        shares = np.array([[*row.right_shares, *[row.right_shares[-1]] * (horizon - row.steps)] for row in rows])
        kept["right_shares"] = tuple(float(share) for share in shares.mean(axis=0))
    kept["signals"] = estimate_signal_auc([own[problem] for problem in over.problems], over.drawn)
    return kept


def _is_present(row: Outcome) -> float:
    return row.present


def _is_right(pick: str) -> Reading:
    return lambda row: row.right[pick]


def _alive_after(step: int) -> Reading:
    return lambda row: not row.lost_by or (row.right_steps or 0) >= step


def _is_lost_by(cause: str) -> Reading:
    return lambda row: row.lost_by == cause


def estimate_share(value: float, replicates: FloatArray) -> Estimate:
    """Return the value with its interval: an end is a replicate, which may be infinite."""
    return estimate_from_replicates(value, replicates, rule="inverted_cdf")
