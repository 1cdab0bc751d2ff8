"""What a repair of the lab's reward would change, as HTML."""

from __future__ import annotations

import math

from pfviz.lab.repair.repair import Repair
from pfviz.page.components.html import fill
from pfviz.stats.estimate import Estimate
from pfviz.text import format_number, shorten

MAX_PROBLEM = 36  # characters
MAX_RUNS = 12
"""Rows of the runs whose selection or answer would be another."""


def render_repair(repair: Repair | None) -> str:
    """Return how good the repaired reward is on other problems, whom it would have saved or killed, and what adaptive N
    would have saved; empty where nothing can be fitted."""
    if repair is None:
        return ""
    changed = [row for row in repair.selection if row.saved or row.killed or row.answer_changed]
    return fill(
        "lab/repair.html.j2",
        measures=[(name, _format(before), _format(after)) for name, before, after in repair.measures],
        problems=repair.calibration.problems,
        runs=len(repair.selection),
        answers_changed=sum(row.answer_changed for row in repair.selection),
        changed=[(row, shorten(row.problem, MAX_PROBLEM)) for row in changed[:MAX_RUNS]],
        more=max(0, len(changed) - MAX_RUNS),
        savings=[(row, _percent(row.saved), _percent(row.changed)) for row in repair.savings],
    )


def _format(one: Estimate) -> str:
    return "–" if math.isnan(one.value) else format_number(one.value)


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"
