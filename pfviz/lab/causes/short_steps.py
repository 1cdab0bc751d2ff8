"""Steps of so few tokens that there is little in them to judge: no fault of the reward, but of the rule for steps."""

from __future__ import annotations

import numpy as np

from pfviz.lab.causes.base import MIN_ROWS, Evidence, Finding, clearest_examples
from pfviz.stats.bootstrap import mean
from pfviz.text import format_percent

FEW_TOKENS = 5
MIN_SHARE = 0.5


def find_short_steps(evidence: Evidence) -> Finding | None:
    """At least half of the steps have under five tokens; nothing where the tokens of no step are known."""
    rows = evidence.rows
    before = np.where(rows.parent >= 0, rows.tokens[rows.parent], 0)
    short = rows.tokens - before < FEW_TOKENS
    if len(rows) < MIN_ROWS or short.mean() < MIN_SHARE or not rows.tokens.any():
        return None
    share = mean(short.astype(np.float64), rows.problem)
    sentence = (
        f"{format_percent(float(short.mean()), 0)} of the steps have under {FEW_TOKENS} tokens, in which there is "
        "little to judge: choose another rule for where steps end, or a larger least number of tokens."
    )
    examples = clearest_examples(-rows.tokens.astype(np.float64), short, rows)
    return Finding("short-steps", sentence, 0.0, share, examples, general=True)
