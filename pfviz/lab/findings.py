"""What is wrong with a reward, ranked, and what could not be settled."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.lab.causes import LOOKS, Evidence, Finding, Wanted
from pfviz.lab.rows import Rows


@dataclass(frozen=True, slots=True)
class Findings:
    """`found`, those that name a cause first, the largest first, and what `wanted` more data."""

    found: tuple[Finding, ...]
    wanted: tuple[Wanted, ...]


def findings(rows: Rows) -> Findings:
    """Look for every cause. Where nobody can judge a prefix nothing is found, and what is wanted is said."""
    evidence = Evidence(rows)
    found: list[Finding] = []
    for look in LOOKS:
        seen = look(evidence)
        found += seen if isinstance(seen, list) else [] if seen is None else [seen]
    found.sort(key=lambda finding: (finding.general, -finding.size))
    return Findings(tuple(found), tuple(evidence.wanted))
