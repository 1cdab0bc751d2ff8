"""What a check found, and the sentence that says who is wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "wrong", "note", "not done"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `difference` is the largest between two ways of scoring a text, NaN where none is compared, and
    `allowed` what rounding explains. `sentence` says what is so; of a wrong one, who is wrong and what to do."""

    name: str
    title: str
    status: Status
    sentence: str
    difference: float = math.nan
    allowed: float = math.nan


def summarise(results: Sequence[CheckResult]) -> str:
    """Return one sentence: the first thing that is wrong, in the order of the checks, in which a cause comes before
    what it leads to; or that all is well."""
    wrong = [one for one in results if one.status == "wrong"]
    if not wrong:
        compared = [one for one in results if not math.isnan(one.difference) and one.status == "ok"]
        largest = max((one.difference for one in compared), default=0.0)
        return f"Served right: the same texts have the same rewards, to {largest:.2g}, in {len(compared)} comparisons."
    more = f" ({len(wrong) - 1} more may follow from it.)" if len(wrong) > 1 else ""
    return f"{wrong[0].sentence}{more}"
