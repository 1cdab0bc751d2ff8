"""What judgements say, and what reward and what note K of them make; see `votes.py`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

TEMPERATURE = 0.7
MAX_TOKENS = 256
"""Of a judgement."""
_VERDICT = re.compile(r"\\boxed\s*\{\W*(?:text\s*\{\s*)?(yes|no|correct|incorrect)\b", re.IGNORECASE)


def read_verdict(judgement: str) -> bool | None:
    """What a judgement says in its last box; None where it says neither."""
    found = _VERDICT.findall(judgement)
    return None if not found else found[-1].lower() in ("yes", "correct")


def share_of_votes(verdicts: Sequence[bool | None]) -> float:
    """(yes + 1/2) / (K + 1), a verdict that is none counting half."""
    yes = sum(0.5 if verdict is None else float(verdict) for verdict in verdicts)
    return (yes + 0.5) / (len(verdicts) + 1)


def describe_votes(name: str, verdicts: Sequence[Sequence[bool | None]]) -> str:
    """The note of a step: how many prefixes had how many votes, and the standard error of the most divided."""
    votes = len(verdicts[0])
    shares = Counter((sum(v is True for v in some), sum(v is None for v in some)) for some in verdicts)
    parts = [
        f"{yes} of {votes} Yes{f', {none} without a verdict' if none else ''}: {count}"
        for (yes, none), count in sorted(shares.items(), reverse=True)
    ]
    rewards = [share_of_votes(some) for some in verdicts]
    spread = max(math.sqrt(r * (1 - r) / votes) for r in rewards)
    return (
        f"Votes of {name} on {len(verdicts)} different prefixes: {'; '.join(parts)}. Standard error up to {spread:.2f}."
    )
